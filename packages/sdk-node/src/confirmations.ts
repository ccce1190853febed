import { NitkaError, type ErrorCode, type QueueRecord } from '@nitka/core';
import { messageIdOf } from './event-text.ts';

interface Waiting {
  resolve(): void;
  reject(error: NitkaError): void;
}

/** Those who wait until a certain event has arrived. Costs nothing while nobody does. */
/** @param stayAlive keeps the process alive while somebody waits */
export const createConfirmations = (stayAlive?: () => () => void) => {
  const waiting = new Map<string, Waiting[]>();

  let release: (() => void) | undefined;

  const checkEmpty = (): void => {
    if (waiting.size === 0) release?.();
  };

  const settle = (records: readonly QueueRecord[], act: (one: Waiting) => void): void => {
    if (waiting.size === 0) return;
    for (const { json } of records) {
      const messageId = messageIdOf(json);
      waiting.get(messageId)?.forEach(act);
      waiting.delete(messageId);
    }
    checkEmpty();
  };

  return {
    wait: (messageId: string): Promise<void> =>
      new Promise<void>((resolve, reject) => {
        if (waiting.size === 0) release = stayAlive?.();
        const list = waiting.get(messageId);
        if (list) list.push({ resolve, reject });
        else waiting.set(messageId, [{ resolve, reject }]);
      }),
    arrived: (records: readonly QueueRecord[]): void => settle(records, (one) => one.resolve()),
    dropped: (records: readonly QueueRecord[], code: ErrorCode, detail?: string): void =>
      settle(records, (one) => one.reject(new NitkaError(code, detail))),
    failed(messageId: string, error: NitkaError): void {
      waiting.get(messageId)?.forEach((one) => one.reject(error));
      waiting.delete(messageId);
      checkEmpty();
    },
    /** Ends all waiting: the tracker is closed. */
    end(code: ErrorCode): void {
      for (const list of waiting.values()) list.forEach((one) => one.reject(new NitkaError(code)));
      waiting.clear();
      checkEmpty();
    },
  };
};
