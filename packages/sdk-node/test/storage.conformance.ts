import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventsOf } from '../src/queue/batch-text.ts';
import type { EventStorage, StoredChunk } from '../src/queue/storage.ts';

const everything = { count: 1_000_000, bytes: 1_000_000_000 };
const json = (n: number): string => JSON.stringify({ messageId: `m${n}` });

/** What every storage of the tracker's queue must do, whatever it is made of. */
export const storageConformance = (
  name: string,
  { open, cleanUp }: { open: () => EventStorage | Promise<EventStorage>; cleanUp?: () => Promise<void> },
): void => {
  describe(`${name} as a storage of events`, () => {
    let storage: EventStorage;

    /** Each call is a moment of its own. */
    const append = async (...numbers: number[]): Promise<void> => {
      await Promise.all(numbers.map(async (n) => storage.append(json(n), 1000)));
    };
    const read = async (limit = everything, after?: number): Promise<readonly StoredChunk[]> =>
      storage.read(limit, after);
    const texts = (chunks: readonly StoredChunk[]): string[] => chunks.flatMap(({ text }) => eventsOf(text));
    const all = (from: number, to: number): string[] =>
      Array.from({ length: to - from + 1 }, (_, n) => json(from + n));

    beforeEach(async () => {
      storage = await open();
      await storage.open?.();
    });
    afterEach(async () => {
      await storage.close?.();
      await cleanUp?.();
    });

    it('is empty at first', async () => {
      expect(await read()).toEqual([]);
      expect(storage.size()).toEqual({ count: 0, bytes: 0 });
    });

    it('gives events back oldest first, as they were', async () => {
      await append(1, 2, 3);
      const chunks = await read();
      expect(texts(chunks)).toEqual(all(1, 3));
      expect(chunks.reduce((sum, { count }) => sum + count, 0)).toBe(3);
      for (const { queuedAt } of chunks) expect(queuedAt).toBe(1000);
    });

    it('keeps texts that are not ASCII', async () => {
      const text = JSON.stringify({ event: 'Заявка 🧵 "отправлена"', zero: '\u0000', line: 'a,\nb' });
      await storage.append(text, 0);
      expect(texts(await read())).toEqual([text]);
    });

    it('knows what it holds before and after it is safe', async () => {
      const stored = storage.append(json(1), 0);
      expect(storage.size().count).toBe(1);
      await stored;
      await read();
      expect(storage.size()).toEqual({ count: 1, bytes: json(1).length });
    });

    it('reads behind a key, also one that is removed, and does not give a key twice', async () => {
      await append(1);
      const [first] = await read();
      await append(2);
      expect(texts(await read(everything, first!.key))).toEqual([json(2)]);
      await storage.remove([first!]);
      const [second] = await read(everything, first!.key);
      expect(texts([second!])).toEqual([json(2)]);
      await storage.remove([second!]);
      await append(3);
      expect(texts(await read(everything, second!.key))).toEqual([json(3)]);
    });

    it('removes what it is given, once', async () => {
      await append(1, 2);
      const first = await read();
      await append(3);
      await storage.remove(first);
      await storage.remove(first);
      expect(texts(await read())).toEqual([json(3)]);
      expect(storage.size()).toEqual({ count: 1, bytes: json(3).length });
    });

    it('reads about the limit, and at least something', async () => {
      for (let n = 0; n < 20; n++) {
        await append(n);
        // A reader ends what is gathering.
        await read({ count: 1, bytes: 1 }, n);
      }
      expect((await read({ count: 1, bytes: 1 })).length).toBe(1);
      const some = await read({ count: 5, bytes: 1_000_000 });
      expect(texts(some)).toEqual(all(0, some.reduce((sum, { count }) => sum + count, 0) - 1));
      expect(texts(await read())).toEqual(all(0, 19));
    });

    it('keeps many events of one moment in chunks of a size that can be sent', async () => {
      await append(...Array.from({ length: 12_000 }, (_, n) => n));
      const chunks: StoredChunk[] = [];
      for (let more = await read(); more.length > 0; more = await read(everything, chunks.at(-1)!.key)) {
        chunks.push(...more);
      }
      expect(texts(chunks)).toEqual(all(0, 11_999));
      for (const { count, text } of chunks) {
        expect(count).toBeLessThanOrEqual(2500);
        expect(text.length).toBeLessThanOrEqual(450 * 1024);
      }
      await storage.remove(chunks);
      expect(storage.size()).toEqual({ count: 0, bytes: 0 });
    });

    it('keeps the order over many appends and removals', async () => {
      const left: string[] = [];
      for (let n = 0; n < 200; n++) {
        await append(n);
        left.push(json(n));
        if (n % 3 !== 2) continue;
        const gone = await read({ count: 2, bytes: 1_000_000 });
        await storage.remove(gone);
        left.splice(0, texts(gone).length);
      }
      expect(texts(await read())).toEqual(left);
    });
  });
};
