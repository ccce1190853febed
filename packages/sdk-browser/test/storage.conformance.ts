import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MaybePromise, QueueLimit } from '@nitka/core';
import type { EventRecord } from '../src/storage/queue.ts';

/**
 * A storage tier for the queue. Each method may be synchronous: a page that is left, or a call that must be
 * durable when it returns, has no time for a promise.
 */
export interface QueueStorage {
  /** Keeps a record as the newest; once it returns (or resolves), it is as safe as this tier makes it. Throws when it cannot. */
  append(json: string, bytes: number, queuedAt: number): MaybePromise<void>;
  /** The oldest records behind `after`, in order, within `limit`; at least one if there is any. */
  read(limit: QueueLimit, after?: string): MaybePromise<readonly EventRecord[]>;
  /** Unknown keys are passed over. */
  remove(records: readonly EventRecord[]): MaybePromise<void>;
  /** What is stored now, records of other tabs or processes included. */
  size(): MaybePromise<{ readonly count: number; readonly bytes: number }>;
  close?(): MaybePromise<void>;
}

const everything = { count: 1000, bytes: 1_000_000 };
const json = (n: number): string => JSON.stringify({ messageId: `m${n}` });

export interface ConformanceOptions {
  /** Opens an empty storage. Called once a test. */
  readonly open: () => QueueStorage | Promise<QueueStorage>;
  readonly cleanUp?: () => void | Promise<void>;
}

/** What every queue storage must do, whatever it is made of. */
export const storageConformance = (name: string, { open, cleanUp }: ConformanceOptions): void => {
  describe(`${name} as a queue storage`, () => {
    let storage: QueueStorage;

    const append = async (...numbers: number[]): Promise<void> => {
      for (const n of numbers) await storage.append(json(n), json(n).length, 1000 + n);
    };
    const texts = (records: readonly EventRecord[]): string[] => records.map((record) => record.json);

    beforeEach(async () => {
      storage = await open();
    });
    afterEach(async () => {
      await storage.close?.();
      await cleanUp?.();
    });

    it('is empty at first', async () => {
      expect(await storage.read(everything)).toEqual([]);
      expect(await storage.size()).toEqual({ count: 0, bytes: 0 });
    });

    it('gives records back oldest first, as they were', async () => {
      await append(1, 2, 3);
      const records = await storage.read(everything);
      expect(texts(records)).toEqual([json(1), json(2), json(3)]);
      expect(records.map((record) => record.bytes)).toEqual([1, 2, 3].map((n) => json(n).length));
      expect(new Set(records.map((record) => record.key)).size).toBe(3);
    });

    it('keeps texts that are not ASCII', async () => {
      const text = JSON.stringify({ event: 'Заявка 🧵 "отправлена"', zero: '\u0000' });
      await storage.append(text, text.length, 0);
      expect(texts(await storage.read(everything))).toEqual([text]);
    });

    it('reads no more than the limit, and at least one', async () => {
      await append(1, 2, 3);
      expect(texts(await storage.read({ count: 2, bytes: 1_000_000 }))).toEqual([json(1), json(2)]);
      expect(texts(await storage.read({ count: 10, bytes: json(1).length * 2 }))).toEqual([json(1), json(2)]);
      expect(texts(await storage.read({ count: 10, bytes: 1 }))).toEqual([json(1)]);
    });

    it('reads behind a key, also one that is removed', async () => {
      await append(1, 2, 3);
      const [first, second] = await storage.read(everything);
      expect(texts(await storage.read(everything, first!.key))).toEqual([json(2), json(3)]);
      await storage.remove([second!]);
      expect(texts(await storage.read(everything, second!.key))).toEqual([json(3)]);
    });

    it('removes what it is given, once', async () => {
      await append(1, 2, 3);
      const records = await storage.read(everything);
      await storage.remove([records[0]!, records[2]!]);
      await storage.remove([records[0]!]);
      expect(texts(await storage.read(everything))).toEqual([json(2)]);
      expect(await storage.size()).toEqual({ count: 1, bytes: json(2).length });
    });

    it('never gives a removed key to a new record', async () => {
      await append(1);
      const [first] = await storage.read(everything);
      await storage.remove([first!]);
      await append(2);
      const [second] = await storage.read(everything);
      expect(second!.key).not.toBe(first!.key);
      expect(texts(await storage.read(everything, first!.key))).toEqual([json(2)]);
    });

    it('keeps the order over many appends and removals', async () => {
      const left: string[] = [];
      for (let n = 0; n < 200; n++) {
        await append(n);
        left.push(json(n));
        if (n % 3 === 2) {
          const gone = await storage.read({ count: 2, bytes: 1_000_000 });
          await storage.remove(gone);
          left.splice(0, 2);
        }
      }
      expect(texts(await storage.read(everything))).toEqual(left);
      expect((await storage.size()).count).toBe(left.length);
    });
  });
};
