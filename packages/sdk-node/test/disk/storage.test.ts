import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { expect, it } from 'vitest';
import { diskQueue } from '../../src/disk/index.ts';
import { createTracker } from '../../src/index.ts';
import { createTestCollector, type TestCollector } from '../../src/testing/index.ts';
import { storageConformance } from '../storage.conformance.ts';

let folder = '';
const newFolder = async (): Promise<string> => (folder = await mkdtemp(join(tmpdir(), 'nitka-storage-')));
const cleanUp = (): Promise<void> => rm(folder, { recursive: true, force: true });

storageConformance('the disk', {
  open: async () => diskQueue({ folder: await newFolder() }).storage,
  cleanUp,
});

const tryAgain = async (collector: TestCollector): Promise<void> => {
  const { writeKey, endpoint, fetch } = collector;
  collector.answer(() => ({ status: 503 }));
  for (const event of ['e', 'f']) {
    const tracker = createTracker({
      writeKey,
      endpoint,
      fetch,
      queue: diskQueue({ folder }),
      shutdown: false,
    });
    tracker.on('error', () => {});
    await tracker.track({ userId: 'u', event }).stored();
    if (event === 'f') collector.answer();
    await tracker.close();
  }
  expect(collector.events.slice(-2).map(({ event }) => event)).toEqual(['e', 'f']);
};

it.each([
  [1, 'each event was a record of its own'],
  [2, 'records had no checksums, and the lease and the reserve stood elsewhere'],
])('reads a folder of format %i, when %s', async (format) => {
  await newFolder();
  await writeFile(join(folder, 'reserve'), Buffer.alloc(4096));
  const root = open<unknown, string>({ path: join(folder, 'queue.mdb'), encoding: 'json', maxDbs: 4 });
  const events = root.openDB<Buffer, number>('events', { encoding: 'binary' });
  const meta = root.openDB<unknown, string>('meta', { encoding: 'json' });
  const jsons = ['a', 'b', 'c'].map((event) =>
    JSON.stringify({
      messageId: event,
      type: 'track',
      userId: 'u',
      event,
      timestamp: '2026-01-01T00:00:00Z',
    }),
  );
  for (const [index, json] of jsons.entries()) {
    const head = Buffer.alloc(8);
    head.writeDoubleLE(1_700_000_000_000);
    await events.put(index + 1, Buffer.concat([head, Buffer.from(json)]));
  }
  await meta.put('format', format);
  await meta.put('sender', { owner: 'gone', pid: 1, host: hostname(), beat: 7 });
  await meta.put('totals', { count: 3, bytes: jsons.join('').length, last: 3 });
  await root.close();

  const collector = createTestCollector();
  const { writeKey, endpoint, fetch } = collector;
  const tracker = createTracker({ writeKey, endpoint, fetch, queue: diskQueue({ folder }), shutdown: false });
  await tracker.track({ userId: 'u', event: 'd' }).stored();
  expect(await tracker.close()).toEqual({ pending: 0 });
  expect(collector.events.map(({ event }) => event)).toEqual(['a', 'b', 'c', 'd']);
  expect(await readdir(folder)).not.toContain('reserve');

  // What both versions have written is read with and without a checksum by the next start.
  await tryAgain(collector);
  await cleanUp();
});

it('refuses a folder of a newer version with a coded error, and leaves it as it is', async () => {
  await newFolder();
  const root = open<unknown, string>({ path: join(folder, 'queue.mdb'), encoding: 'json', maxDbs: 4 });
  root.openDB<Buffer, number>('events', { encoding: 'binary' });
  const meta = root.openDB<unknown, string>('meta', { encoding: 'json' });
  await meta.put('format', 99);
  await root.close();
  const { storage } = diskQueue({ folder });
  await expect(storage.append('{}', 0)).rejects.toMatchObject({
    code: 'storage_failed',
    message: expect.stringContaining('newer version'),
  });
  await cleanUp();
});
