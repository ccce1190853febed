import { NitkaError } from '@nitka/core';
import { createPrivacyCommands } from '../admin/privacy-commands.ts';
import type { PrivacyCommandParts } from '../admin/privacy-commands.ts';
import { rowLimit } from '../admin/commands.ts';
import type { AdminCommand } from '../admin/server.ts';
import type { CollectorConfig } from '../config.ts';
import type { Privacy } from '../privacy/open.ts';
import type { ReplayRequest } from '../recovery/replay.ts';
import { readKafkaBooks } from './books-report.ts';
import { createKafkaForget } from './forget.ts';
import type { ForgettingTarget } from './forget.ts';
import { keysName } from './forget-list.ts';
import { createForgetNotes } from './forget-notes.ts';
import type { ForgetNotes } from './forget-notes.ts';
import { createKafkaReplay } from './replay.ts';
import type { Session } from './session.ts';
import type { KafkaLoader } from './spool-loader.ts';
import { unsupported } from './unsupported.ts';

/** What a command that forgets needs; `notes` are those that the process follows already, if it does. */
export interface KafkaForgetting {
  readonly config: CollectorConfig;
  readonly session: Session;
  readonly privacy: Privacy;
  readonly targets: readonly ForgettingTarget[];
  readonly notes?: ForgetNotes;
  readonly now: () => number;
}

/**
 * Forgetting, where all processes are told by the topic.
 *
 * @throws NitkaError `keys_missing` if there are no keys: made here, they would be those of this process alone
 */
export const kafkaForgetting = ({
  config,
  session,
  privacy,
  targets,
  now,
  notes = createForgetNotes(() => session.cluster, session.cursors),
}: KafkaForgetting): PrivacyCommandParts => {
  if (!privacy.keys.refresh()) {
    throw new NitkaError(
      'keys_missing',
      'every collector and loader needs the same: name them in privacy.keysFile',
    );
  }
  const forget = createKafkaForget({ ...session, notes, targets, keys: () => keysName(privacy), now });
  const onLifted = async (listed: string): Promise<void> => {
    await notes.refresh();
    const before = notes.all().get(listed);
    if (before) await notes.publish({ ...before, lifted: true, at: now() });
  };
  return { privacy, loader: { forget }, dataDir: config.dataDir, now, onLifted };
};

export interface KafkaCommandParts {
  readonly loader: KafkaLoader;
  readonly session: Session;
  readonly forgetting: () => PrivacyCommandParts;
}

/** The commands of a loader. The socket is taken before there is one, so they wait for their parts. */
export const createKafkaCommands = (
  config: CollectorConfig,
): { readonly table: Record<string, AdminCommand>; serve(parts: KafkaCommandParts): void } => {
  let serve: (parts: KafkaCommandParts) => void = () => undefined;
  const ready = new Promise<KafkaCommandParts>((resolve) => (serve = resolve));
  const replayOf = async () => {
    const { loader, session } = await ready;
    const ask = (name: string) => (sql: string, limit: number) => loader.query(sql, limit, name);
    return createKafkaReplay({ config, ...session, ask });
  };
  const none = (command: Parameters<typeof unsupported>[0]) => async (): Promise<never> => {
    throw unsupported(command);
  };
  return {
    serve: (parts) => serve(parts),
    table: {
      ...createPrivacyCommands(() => ready.then((parts) => parts.forgetting())),
      async query({ sql, destination }) {
        const { loader } = await ready;
        return loader.query(String(sql), rowLimit, typeof destination === 'string' ? destination : undefined);
      },
      ledger: () => readKafkaBooks(config),
      replay: async (request) => (await replayOf()).replay(request as unknown as ReplayRequest),
      remaining: async ({ destination }) => (await replayOf()).remaining(String(destination)),
      rejects: none('rejects'),
      reject: none('rejects'),
      retry: none('retry'),
      backup: none('backup'),
    },
  };
};
