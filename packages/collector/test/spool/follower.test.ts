import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { v4, v7 } from 'uuid';
import { expect, it } from 'vitest';
import { openSpool } from '../../src/spool/spool.ts';
import { verifySpool } from '../../src/spool/verify.ts';
import { chunk, event } from '../support/chunks.ts';
import { temporaryFolder } from '../support/collector.ts';
import { seededRandom } from '../support/random.ts';

const script = fileURLToPath(new URL('follower-thread.mjs', import.meta.url));

it('is read in order and each once by a thread that keeps its index, while this one appends', async () => {
  const folder = temporaryFolder();
  const spool = openSpool({ folder, settling: 'elsewhere', segmentBytes: 32 * 1024 });
  const thread = new Worker(script, { workerData: { folder, follows: spool.written } });
  const random = seededRandom(9);
  const appended: string[] = [];
  let repeats = 0;
  for (let round = 0; round < 150; round += 1) {
    // Several requests at once, so that groups have more than one.
    const batches = Array.from({ length: 3 }, () => {
      const known = appended.length > 0 ? [appended[Math.floor(random() * appended.length)]!] : [];
      return [...known, v4(), v7(), ...known];
    });
    const results = await Promise.all(
      batches.map((ids) =>
        spool.append(chunk(...ids.map((id) => event(id, 150 + Math.floor(random() * 300))))),
      ),
    );
    const known = appended.length > 0;
    expect(results.map(({ duplicates }) => duplicates)).toEqual(known ? [2, 2, 2] : [0, 0, 0]);
    repeats += known ? 6 : 0;
    for (const ids of batches) appended.push(...(known ? ids.slice(1, -1) : ids));
  }
  expect(spool.head()).toBe(appended.length + 1);
  const said = once(thread, 'message');
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  thread.postMessage(spool.head());
  expect((await said)[0]).toEqual(appended);
  await thread.terminate();
  expect(spool.ledger.read().get('site')).toMatchObject({
    accepted: appended.length + repeats,
    duplicate: repeats,
  });
  expect(spool.books(['d'])).toMatchObject([{ pending: 0, balanced: true }]);
  expect(readdirSync(join(folder, 'log')).length).toBeLessThanOrEqual(2);
  await spool.close();
  expect(await verifySpool({ folder, destinations: ['d'], whole: true })).toEqual({ chunks: 0, entries: 0 });
});

it('has, when it is told to look anew, what the other thread took in during the same turn of the event loop', async () => {
  const folder = temporaryFolder();
  const spool = openSpool({ folder, settling: 'elsewhere' });
  const signs = new SharedArrayBuffer(8);
  const cells = new Int32Array(signs);
  const program = fileURLToPath(new URL('settle-on-sign-thread.mjs', import.meta.url));
  const thread = new Worker(program, { workerData: { folder, follows: spool.written, signs } });
  const ended = once(thread, 'exit');
  await once(thread, 'online');
  await spool.append(chunk(event('a')));
  // LMDB keeps the state of this look for the rest of the turn.
  expect(spool.books(['d'])).toEqual([]);
  Atomics.store(cells, 0, 1);
  Atomics.notify(cells, 0);
  while (Atomics.load(cells, 1) === 0);
  expect(spool.books(['d'])).toEqual([]);
  spool.refresh();
  expect(spool.books(['d'])).toMatchObject([{ accepted: 1, pending: 1 }]);
  await ended;
  await spool.close();
});
