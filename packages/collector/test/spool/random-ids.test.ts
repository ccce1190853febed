import { randomBytes } from 'node:crypto';
import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { createRandomIds } from '../../src/spool/random-ids.ts';
import type { RandomIds } from '../../src/spool/random-ids.ts';
import { seededRandom } from '../support/random.ts';
import { temporaryFolder } from '../support/collector.ts';

const openIds = (folder: string, perRun: number, ensure: (bytes: number) => void = () => undefined) => {
  const root = open<unknown, string>({ path: folder, encoding: 'json', overlappingSync: false });
  const log = root.openDB<Buffer, number>('log', { encoding: 'binary' });
  const runs = root.openDB<Buffer, number>('runs', { encoding: 'binary' });
  const meta = root.openDB<unknown, string>('meta', { encoding: 'json' });
  const make = (): RandomIds => createRandomIds({ log, runs, meta, ensure, perRun });
  /** What of it was new; all is undone if `fails`. */
  const add = async (ids: RandomIds, keys: readonly Buffer[], fails = false): Promise<boolean[]> => {
    let found: boolean[] = [];
    await root
      .childTransaction(() => {
        ids.begin();
        // As the spool does: the same bytes for every key.
        const shared = Buffer.alloc(16);
        found = keys.map((key) => {
          key.copy(shared);
          return ids.add(shared);
        });
        ids.save();
        if (fails) throw new Error('disk');
      })
      .catch(() => ids.forget());
    return found;
  };
  return { root, log, runs, make, add };
};

describe('ids in no order', () => {
  it('are known again through merges, failed transactions, other writers and restarts', async () => {
    const folder = temporaryFolder();
    let spool = openIds(folder, 40);
    let writers = [spool.make(), spool.make()];
    const random = seededRandom(7);
    const known: Buffer[] = [];
    for (let turn = 0; turn < 400; turn += 1) {
      const ids = writers[random() < 0.9 ? 0 : 1]!;
      const fresh = Array.from({ length: 1 + Math.floor(random() * 20) }, () => randomBytes(16));
      const repeats = known.length > 0 ? [known[Math.floor(random() * known.length)]!] : [];
      const fails = random() < 0.05;
      const found = await spool.add(ids, [...fresh, ...repeats, fresh[0]!], fails);
      expect(found).toEqual([...fresh.map(() => true), ...repeats.map(() => false), false]);
      if (!fails) known.push(...fresh);
      if (random() < 0.03) {
        await spool.root.close();
        spool = openIds(folder, 40);
        writers = [spool.make(), spool.make()];
      }
    }
    expect(known.length).toBeGreaterThan(3000);
    for (const ids of writers) {
      ids.freshen();
      for (const key of known) expect(ids.has(key)).toBe(true);
    }
    for (let each = 0; each < 3000; each += 1) expect(writers[0]!.has(randomBytes(16))).toBe(false);
    await spool.root.close();
  });

  it('are few records in few runs, however they were added', async () => {
    const spool = openIds(temporaryFolder(), 100);
    const ids = spool.make();
    for (let turn = 0; turn < 400; turn += 1)
      await spool.add(
        ids,
        Array.from({ length: 50 }, () => randomBytes(16)),
      );
    const records = [...spool.runs.getKeys()];
    // 20,000 keys of which 250 make a block: as many blocks again may wait to be removed with the runs that are being merged.
    expect(records.length).toBeLessThan(300);
    expect(new Set(records.map((key) => Math.floor(key / 2 ** 32))).size).toBeLessThan(14);
    expect([...spool.log.getKeys()].length).toBeLessThan(3);
    await spool.root.close();
  });

  it('are added while the disk is full, and sorted into runs when it is not', async () => {
    const folder = temporaryFolder();
    let calls = 0;
    let isFull = (): boolean => false;
    const ensure = (): void => {
      calls += 1;
      if (isFull()) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    };
    const spool = openIds(folder, 40, ensure);
    const ids = spool.make();
    const known: Buffer[] = [];
    const addSome = async (turns: number): Promise<void> => {
      for (let turn = 0; turn < turns; turn += 1) {
        const fresh = Array.from({ length: 10 }, () => randomBytes(16));
        expect(await spool.add(ids, fresh)).toEqual(fresh.map(() => true));
        known.push(...fresh);
      }
    };
    await addSome(50);
    // Now and then, so that it comes at each place; then for good.
    isFull = () => calls % 3 !== 0;
    await addSome(200);
    isFull = () => true;
    await addSome(50);
    const logged = (): number => [...spool.log.getKeys()].length;
    expect(logged()).toBeGreaterThan(49);
    isFull = () => false;
    await addSome(40);
    expect(logged()).toBeLessThan(5);
    const another = spool.make();
    another.freshen();
    for (const each of [ids, another]) for (const key of known) expect(each.has(key)).toBe(true);
    let visited = 0;
    ids.visit(() => (visited += 1));
    expect(visited).toBeGreaterThanOrEqual(known.length);
    await spool.root.close();
  });

  it('tell of any other failure', async () => {
    const broken = (): void => {
      throw new Error('not of the disk');
    };
    const spool = openIds(temporaryFolder(), 40, broken);
    const ids = spool.make();
    const adding = spool.root.childTransaction(() => {
      ids.begin();
      ids.add(randomBytes(16));
      ids.save();
    });
    await expect(adding).rejects.toThrow('not of the disk');
    await spool.root.close();
  });

  it('are all known to one who only reads, whatever another one merges meanwhile', async () => {
    const spool = openIds(temporaryFolder(), 8);
    const writer = spool.make();
    const reader = spool.make();
    const known: Buffer[] = [];
    for (let turn = 0; turn < 150; turn += 1) {
      const keys = Array.from({ length: 1 + (turn % 7) }, () => randomBytes(16));
      // Some transactions fail, and some go by before the reader looks.
      const fails = turn % 11 === 3;
      expect(await spool.add(writer, keys, fails)).toEqual(keys.map(() => true));
      if (!fails) known.push(...keys);
      if (turn % 4 === 1) continue;
      reader.freshen();
      expect(known.filter((key) => !reader.has(key))).toEqual([]);
      if (fails) expect(keys.filter((key) => reader.has(key))).toEqual([]);
    }
    expect(new Set([...spool.runs.getKeys()].map((key) => Math.floor(key / 2 ** 32))).size).toBeGreaterThan(
      2,
    );
    await spool.root.close();
  });

  it('that were chosen to look alike are told apart', async () => {
    const spool = openIds(temporaryFolder(), 1000);
    const ids = spool.make();
    const alike = (number: number): Buffer => {
      const key = Buffer.alloc(16, 0xab);
      key.writeUInt32BE(number, 7);
      return key;
    };
    for (let at = 0; at < 8000; at += 500)
      await spool.add(
        ids,
        Array.from({ length: 500 }, (_, index) => alike((at + index) * 2)),
      );
    for (let number = 0; number < 16_000; number += 1) expect(ids.has(alike(number))).toBe(number % 2 === 0);
    await spool.root.close();
  });
});
