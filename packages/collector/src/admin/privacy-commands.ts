import { NitkaError } from '@nitka/core';
import type { Loader } from '../loader/loader.ts';
import { createOneAtATime } from '../one-at-a-time.ts';
import { createForgetting } from '../privacy/forgetting.ts';
import type { ForgetInput } from '../privacy/forgetting.ts';
import type { Privacy } from '../privacy/open.ts';
import type { AdminCommand } from './server.ts';

export interface PrivacyCommandParts {
  readonly privacy: Privacy;
  readonly loader: Pick<Loader, 'forget'>;
  readonly dataDir: string;
  readonly now: () => number;
  /** Told of whoever was taken off the list. */
  readonly onLifted?: (listed: string) => Promise<void>;
}

/** What of a run is to be seen while it lasts. */
export interface ForgetProgress {
  readonly place: string;
  readonly done: number;
  readonly total: number;
}

/** `forget`, and how far it is. One at a time: the second waits for the first. */
export const createPrivacyCommands = (
  ready: () => Promise<PrivacyCommandParts>,
): Record<string, AdminCommand> => {
  let progress: ForgetProgress | null = null;
  const inTurn = createOneAtATime();
  return {
    async forget(input) {
      const parts = await ready();
      const { forget } = parts.loader;
      if (!forget) throw new NitkaError('kafka_unsupported');
      const forgetting = createForgetting({
        ...parts,
        everywhere: (request) =>
          forget(request, (place, done, total) => {
            progress = { place, done, total };
          }),
      });
      return inTurn(() => forgetting(input as unknown as ForgetInput)).finally(() => (progress = null));
    },
    forgetProgress: async () => progress,
  };
};
