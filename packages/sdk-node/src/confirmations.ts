import { NitkaError, type ErrorCode } from '@nitka/core';
import { messageIdOf } from './event-text.ts';
import { eventsOf } from './queue/batch-text.ts';
import type { Batch } from './queue/batch.ts';

interface Waiting {
  resolve(): void;
  reject(error: NitkaError): void;
}

/**
 * Those who wait until a certain event has arrived. Costs nothing while nobody does.
 *
 * @param stayAlive keeps the process alive while somebody waits
 */
export const createConfirmations = (stayAlive?: () => () => void) => {
  const waiting = new Map<string, Waiting[]>();

  let release: (() => void) | undefined;

  const settle = (messageId: string, act: (one: Waiting) => void): void => {
    waiting.get(messageId)?.forEach(act);
    waiting.delete(messageId);
    if (waiting.size === 0) release?.();
  };

  const settleAll = ({ text }: Batch, act: (one: Waiting) => void): void => {
    if (waiting.size === 0) return;
    for (const json of eventsOf(text)) settle(messageIdOf(json), act);
  };

  return {
    wait: (messageId: string): Promise<void> =>
      new Promise<void>((resolve, reject) => {
        if (waiting.size === 0) release = stayAlive?.();
        const list = waiting.get(messageId);
        if (list) list.push({ resolve, reject });
        else waiting.set(messageId, [{ resolve, reject }]);
      }),
    arrived: (batch: Batch): void => settleAll(batch, (one) => one.resolve()),
    dropped: (batch: Batch, code: ErrorCode, detail?: string): void =>
      settleAll(batch, (one) => one.reject(new NitkaError(code, detail))),
    failed: (messageId: string, error: NitkaError): void => settle(messageId, (one) => one.reject(error)),
    /** Ends all waiting: the tracker is closed. */
    end(code: ErrorCode): void {
      for (const messageId of waiting.keys()) settle(messageId, (one) => one.reject(new NitkaError(code)));
    },
  };
};

export type Confirmations = ReturnType<typeof createConfirmations>;
