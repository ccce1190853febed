import { NitkaError } from '@nitka/core';
import type { Call } from './calls.ts';
import type { Confirmations } from './confirmations.ts';
import type { Room } from './room.ts';
import { storageFailure } from './storage-failure.ts';

export interface AnswersParts {
  readonly hasRoom: Room['hasRoom'];
  readonly confirmations: Pick<Confirmations, 'wait' | 'failed'>;
  /** Batches begun so far: a call knows by it whether its event can have left. */
  readonly begun: () => number;
}

const safe = (): Promise<void> => Promise.resolve();

/** What a call of the tracker gives back. */
export const createAnswers = ({ hasRoom, confirmations, begun }: AnswersParts) => ({
  refuse: (error: NitkaError, messageId: string): Call => ({
    messageId,
    accepted: false,
    hasRoom: hasRoom(),
    error,
    stored: () => Promise.reject(error),
    delivered: () => Promise.reject(error),
  }),

  /** @param storedBy resolves once the event is safe; undefined where it is as safe as it will be */
  accept(messageId: string, storedBy: Promise<void> | undefined): Call {
    const begunBefore = begun();
    return {
      messageId,
      accepted: true,
      hasRoom: hasRoom(),
      error: undefined,
      stored: storedBy
        ? () =>
            storedBy.catch((cause: unknown) => {
              throw storageFailure(cause);
            })
        : safe,
      delivered() {
        if (begun() !== begunBefore) {
          return Promise.reject(new NitkaError('invalid_call', 'delivered() was asked for too late'));
        }
        const arrived = confirmations.wait(messageId);
        storedBy?.catch((cause: unknown) => confirmations.failed(messageId, storageFailure(cause)));
        return arrived;
      },
    };
  },
});
