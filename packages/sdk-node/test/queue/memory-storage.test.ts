import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { expect, it } from 'vitest';
import { eventsOf } from '../../src/queue/batch-text.ts';
import { createMemoryStorage } from '../../src/queue/memory-storage.ts';
import { storageConformance } from '../storage.conformance.ts';

const deflate = promisify<Uint8Array, Buffer>(deflateRaw);
const inflate = promisify<Uint8Array, Buffer>(inflateRaw);

storageConformance('memory', { open: () => createMemoryStorage() });

it('gives a chunk the age of no more than a second of calls, whichever way the clock jumps', async () => {
  const storage = createMemoryStorage();
  for (const now of [5000, 5900, 6001, 1000, 1500]) void storage.append('{}', now);
  const chunks = await storage.read({ count: 100, bytes: 1000 });
  void storage.read({ count: 100, bytes: 1000 }, 2);
  expect(chunks).toMatchObject([
    { queuedAt: 5000, count: 2 },
    { queuedAt: 6001, count: 1 },
  ]);
  expect(await storage.read({ count: 100, bytes: 1000 }, 2)).toMatchObject([{ queuedAt: 1000, count: 2 }]);
});

it('counts bytes, not characters, once it is known', () => {
  const storage = createMemoryStorage();
  const text = JSON.stringify({ text: 'ж'.repeat(100) });
  void storage.append(text, 0);
  void storage.read({ count: 1, bytes: 1 });
  expect(storage.size()).toEqual({ count: 1, bytes: Buffer.byteLength(text) });
});

it('packs what waits beyond 8 MiB, and gives it back as it was, in order', async () => {
  let packs = 0;
  const storage = createMemoryStorage({
    pack: async (bytes) => (packs++, new Uint8Array(await deflate(bytes))),
    unpack: async (bytes) => new Uint8Array(await inflate(bytes)),
  });
  const json = (n: number): string => JSON.stringify({ n, text: 'нитка '.repeat(200) });
  const count = 12_000;
  for (let n = 0; n < count; n++) void storage.append(json(n), 0);
  const { bytes } = storage.size();
  // Texts that a request has in hand while their chunks and others are packed.
  const inHand = await storage.read({ count: 50_000, bytes: 12 * 1024 * 1024 });
  const asRead = inHand.map(({ text }) => Buffer.from(text));
  await expect.poll(() => packs, { timeout: 20_000 }).toBeGreaterThan(5);
  expect(storage.size()).toEqual({ count, bytes });
  // The buffers of what is packed are used again.
  for (let n = count; n < 2 * count; n++) void storage.append(json(n), 0);
  await expect.poll(() => packs, { timeout: 20_000 }).toBeGreaterThan(40);
  expect(inHand.every(({ text }, index) => asRead[index]!.equals(text))).toBe(true);
  let next = 0;
  let wrong = 0;
  for (;;) {
    const chunks = await storage.read({ count: 2500, bytes: 450 * 1024 });
    if (chunks.length === 0) break;
    for (const { text } of chunks) for (const event of eventsOf(text)) if (event !== json(next++)) wrong++;
    await storage.remove(chunks);
  }
  expect([next, wrong]).toEqual([2 * count, 0]);
  expect(storage.size()).toEqual({ count: 0, bytes: 0 });
});
