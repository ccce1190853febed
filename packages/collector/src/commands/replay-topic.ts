import type { CollectorConfig } from '../config.ts';
import { createKafkaReplay } from '../kafka/replay.ts';
import { withSession } from '../kafka/session.ts';
import type { ReplayAnswer, ReplayRequest } from '../recovery/replay.ts';
import { queryOffline } from './offline.ts';

/** Where the spool is Kafka and this folder has no loader: the loaders that there are elsewhere find what they are to send. */
export const replayTopic = (config: CollectorConfig, request: ReplayRequest): Promise<ReplayAnswer> =>
  withSession(config, (session) => {
    const ask = (name: string) => (sql: string, limit: number) => queryOffline(config, sql, name, limit);
    return createKafkaReplay({ config, ...session, ask }).replay(request);
  });
