import type { CollectorConfig } from '../config.ts';
import { importClient } from '../destinations/options.ts';
import { createCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { resolveKafkaSpool, spoolTopics } from './spool-options.ts';
import type { ResolvedKafkaSpool } from './spool-options.ts';
import { prepareTopics } from './topics.ts';
import type { TopicPlace } from './topics.ts';

/** The topics of the spool and the way to them, for a command. */
export interface Session {
  readonly cluster: Cluster;
  readonly spool: ResolvedKafkaSpool;
  readonly events: TopicPlace;
  readonly cursors: TopicPlace;
}

/** Runs `work` with the topics of the config. Throws DestinationError if they are not there, or not fit. */
export const withSession = async <T>(
  config: Pick<CollectorConfig, 'spool'>,
  work: (session: Session) => Promise<T>,
): Promise<T> => {
  const kafka = await importClient('@platformatic/kafka', () => import('@platformatic/kafka'));
  const spool = resolveKafkaSpool(config.spool.kafka ?? {});
  const { create: _create, ...rules } = spool;
  const topics = await prepareTopics(kafka, spool.address, spoolTopics(spool), rules);
  const cluster = createCluster(kafka, spool.address);
  try {
    return await work({
      cluster,
      spool,
      events: topics.get(spool.topic)!,
      cursors: topics.get(spool.cursorsTopic)!,
    });
  } finally {
    await cluster.close();
  }
};
