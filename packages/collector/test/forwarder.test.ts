import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fc } from '../../../tests/support/fast-check.ts';
import { systemClock } from '../src/clock.ts';
import { DestinationError } from '../src/destinations/destination.ts';
import { createForwarder } from '../src/forwarder.ts';
import type { Forwarder } from '../src/forwarder.ts';
import { addRepairs } from '../src/recovery/replay.ts';
import type { Entry } from '../src/spool/chunk.ts';
import { openSpool } from '../src/spool/spool.ts';
import type { Spool } from '../src/spool/spool.ts';
import { temporaryFolder } from './support/collector.ts';
import { createMemoryDestination, poison } from './support/memory-destination.ts';
import type { MemoryDestination } from './support/memory-destination.ts';

const columns = {
  type: 'track', event: 'e', anonymousId: 'a', userId: null, sessionId: null, sequence: 1, phone: null, email: null,
  occurredAt: 1, originalTimestamp: null, sentAt: null, library: null, ip: null, userAgent: null, bot: null,
}; // prettier-ignore
const meta = {
  source: 'site',
  kind: 'browser',
  receivedAt: 5,
  serverVisitorId: null,
  batchContext: null,
} as const;
const fill = async (spool: Spool, from: number, count: number, size = 3): Promise<void> => {
  const events = Array.from({ length: count }, (_, at): Entry => ({
    columns: { ...columns, messageId: `m${from + at}` },
    payload: Buffer.from('{}'),
  }));
  for (let at = 0; at < count; at += size) await spool.append({ meta, entries: events.slice(at, at + size) });
};
const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `m${at}`);
const idsOf = ({ batches }: MemoryDestination): string[] =>
  batches.flatMap(({ events }) => events.map((row) => row.message_id));

const start = (spool: Spool, destination: MemoryDestination, maxEvents = 5): Forwarder => {
  const options = { name: 'memory', allNames: ['memory'], maxEvents, maxBytes: 1e6, maxDelayMs: 1 };
  const forwarder = createForwarder(options, { spool, destination, clock: systemClock, random: () => 0 });
  forwarder.start();
  return forwarder;
};
const until = async (done: () => boolean): Promise<void> => {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 1));
};
/** From now on what is sent arrives, and nobody is told. Gives how often that has happened. */
const loseAnswers = (destination: MemoryDestination): (() => number) => {
  let lost = 0;
  destination.after = () => {
    lost += 1;
    throw new DestinationError('temporary', 'the answer was lost');
  };
  return () => lost;
};
/** Gives what makes LMDB go back to the state of now: its two meta pages say which one it has. */
const noteState = (folder: string): (() => void) => {
  const file = join(folder, 'data.mdb');
  const pages = readFileSync(file).subarray(0, 8192);
  return () => {
    const descriptor = openSync(file, 'r+');
    writeSync(descriptor, pages, 0, pages.length, 0);
    closeSync(descriptor);
  };
};
const books = (spool: Spool) => spool.books(['memory'])[0];

describe('forwarder', () => {
  it('loads all in order and frees the spool', async () => {
    const spool = openSpool({ folder: temporaryFolder() });
    const destination = createMemoryDestination();
    await fill(spool, 0, 20);
    const forwarder = start(spool, destination);
    await until(() => forwarder.state().lag === 0);
    await fill(spool, 20, 7);
    forwarder.wake();
    await until(() => forwarder.state().lag === 0);
    expect(idsOf(destination)).toEqual(names(27));
    expect(destination.batches.every(({ events }) => events.length <= 6)).toBe(true);
    expect(spool.read(1, spool.head())).toEqual([]);
    expect(books(spool)).toMatchObject({ accepted: 27, loaded: 27, pending: 0, balanced: true });
    await forwarder.stop();
    await spool.close();
  });

  it('sends the same rows under the same id after an answer that was lost, and after it was started again', async () => {
    const folder = temporaryFolder();
    const destination = createMemoryDestination();
    const first = openSpool({ folder });
    await fill(first, 0, 9);
    const lost = loseAnswers(destination);
    const failing = start(first, destination);
    await until(() => lost() >= 2);
    await failing.stop();
    await first.close();
    const again = openSpool({ folder });
    // What came meanwhile must not join the batch that may be there already.
    await fill(again, 9, 3);
    destination.after = () => undefined;
    const forwarder = start(again, destination, 100);
    await until(() => forwarder.state().lag === 0);
    expect(idsOf(destination)).toEqual(names(12));
    expect(books(again)).toMatchObject({ loaded: 12, balanced: true });
    await forwarder.stop();
    await again.close();
  });

  it('sends the same rows under the same id though LMDB has gone back to before their range was fixed', async () => {
    const folder = temporaryFolder();
    const destination = createMemoryDestination();
    const first = openSpool({ folder });
    await fill(first, 0, 9);
    const goBack = noteState(folder);
    const lost = loseAnswers(destination);
    const failing = start(first, destination, 100);
    await until(() => lost() >= 1);
    await failing.stop();
    await first.close();
    goBack();
    const again = openSpool({ folder });
    expect(again.cursor('memory').ranges).toEqual([]);
    await fill(again, 9, 3);
    destination.after = () => undefined;
    const forwarder = start(again, destination, 100);
    await until(() => forwarder.state().lag === 0);
    expect(idsOf(destination)).toEqual(names(12));
    expect(books(again)).toMatchObject({ loaded: 12, balanced: true });
    await forwarder.stop();
    await again.close();
  });

  it('does so with what is sent once more, though loads have another size now', async () => {
    const folder = temporaryFolder();
    const destination = createMemoryDestination();
    const kept = { folder, keepMilliseconds: 1e13 };
    const first = openSpool(kept);
    await fill(first, 0, 9);
    const loading = start(first, createMemoryDestination(), 100);
    await until(() => loading.state().lag === 0 && books(first)?.pending === 0);
    await loading.stop();
    await first.transact(() => addRepairs(first, 'memory', [[1, 10]]));
    const goBack = noteState(folder);
    const lost = loseAnswers(destination);
    const failing = start(first, destination, 6);
    await until(() => lost() >= 1);
    await failing.stop();
    await first.close();
    goBack();
    const again = openSpool(kept);
    expect(again.repairs.list('memory')).toMatchObject([{ from: 1, to: 10, fixed: false }]);
    destination.after = () => undefined;
    const forwarder = start(again, destination, 100);
    await until(() => again.repairs.list('memory').length === 0);
    expect(idsOf(destination)).toEqual(names(9));
    await forwarder.stop();
    expect(books(again)).toMatchObject({ loaded: 9, balanced: true });
    await again.close();
  });

  it('finds poison rows by halving, rejects them with the reason, and loads the rest in order', async () => {
    const spool = openSpool({ folder: temporaryFolder() });
    const destination = createMemoryDestination();
    destination.before = poison((id) => id === 'm4' || id === 'm17');
    await fill(spool, 0, 20, 20);
    const forwarder = start(spool, destination, 100);
    await until(() => forwarder.state().lag === 0);
    expect(idsOf(destination)).toEqual(names(20).filter((id) => id !== 'm4' && id !== 'm17'));
    expect(
      destination.batches.flatMap(({ rejects }) =>
        rejects.map((row) => [row.message_id, row.code, row.detail]),
      ),
    ).toEqual([
      ['m4', 'destination_refused', 'a row is bad'],
      ['m17', 'destination_refused', 'a row is bad'],
    ]);
    expect(spool.rejects.list(9)).toMatchObject([
      { messageId: 'm17', destination: 'memory' },
      { messageId: 'm4', destination: 'memory' },
    ]);
    expect(books(spool)).toMatchObject({ accepted: 20, loaded: 18, rejected: 2, pending: 0, balanced: true });
    await forwarder.stop();
    await spool.close();
  });

  it('waits for a destination whose tables are wrong, says so, and loses nothing', async () => {
    const spool = openSpool({ folder: temporaryFolder() });
    const destination = createMemoryDestination();
    destination.before = () => {
      throw new DestinationError('schema', 'no column "x"');
    };
    await fill(spool, 0, 3);
    const forwarder = start(spool, destination);
    await until(() => forwarder.state().trouble !== null);
    expect(forwarder.state()).toMatchObject({
      lag: 3,
      trouble: { kind: 'schema', message: 'no column "x"' },
    });
    expect(books(spool)).toMatchObject({ pending: 3, balanced: true });
    destination.before = () => undefined;
    await until(() => forwarder.state().lag === 0);
    expect(forwarder.state().trouble).toBe(null);
    await forwarder.stop();
    await spool.close();
  });

  it('keeps the books through any series of failures and restarts', async () => {
    const failures = fc.array(fc.constantFrom('none', 'before', 'after', 'poison', 'stop'), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(failures, fc.integer({ min: 1, max: 9 }), async (series, size) => {
        const folder = temporaryFolder();
        const destination = createMemoryDestination();
        const plan = [...series];
        let restarts = 0;
        destination.before = (batch) => {
          const next = plan[0];
          if (next === 'before' || next === 'stop') {
            plan.shift();
            if (next === 'stop') restarts += 1;
            throw new DestinationError('temporary', 'down');
          }
          poison((id) => id === 'm3')(batch);
        };
        destination.after = () => {
          if (plan.shift() === 'after') throw new DestinationError('temporary', 'unknown');
        };
        let spool = openSpool({ folder });
        await fill(spool, 0, 20, size);
        let forwarder = start(spool, destination);
        while (forwarder.state().lag > 0) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          expect(books(spool)?.balanced).toBe(true);
          if (restarts === 0) continue;
          restarts = 0;
          await forwarder.stop();
          await spool.close();
          spool = openSpool({ folder });
          forwarder = start(spool, destination);
        }
        expect(idsOf(destination)).toEqual(names(20).filter((id) => id !== 'm3'));
        expect(books(spool)).toMatchObject({
          accepted: 20,
          loaded: 19,
          rejected: 1,
          pending: 0,
          balanced: true,
        });
        await forwarder.stop();
        await spool.close();
      }),
      { numRuns: 15 },
    );
  });
});
