import { describe, expect, it } from 'vitest';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openSpool } from '../../src/spool/spool.ts';
import type { Spool } from '../../src/spool/spool.ts';
import { verifySpool } from '../../src/spool/verify.ts';
import { chunk, event } from '../support/chunks.ts';
import { temporaryFolder } from '../support/collector.ts';

const segmentBytes = 10_000;
const fill = async (spool: Spool, from: number, to: number): Promise<void> => {
  for (let at = from; at < to; at += 1)
    await spool.append(chunk(event(`e${at}`, 1000), event(`f${at}`, 1000)));
  await spool.settle();
};
const filesOf = (folder: string): string[] => readdirSync(join(folder, 'log')).sort();

/** As a destination does that has taken all before `next`. */
const load = (spool: Spool, next: number): Promise<void> =>
  spool.transact(() => {
    const from = spool.cursor('d').next;
    for (const [source, count] of spool.count(from, next))
      spool.ledger.editLoaded(source, 'd').loaded += count;
    spool.saveCursor('d', { next, ranges: [] });
    spool.release(['d']);
  });

const idsOf = (spool: Spool): string[] =>
  spool
    .read(1, spool.head())
    .flatMap(({ chunk: { entries } }) =>
      entries.map((entry) => ('columns' in entry ? entry.columns.messageId : '')),
    );

describe('files of the log', () => {
  it('are removed when all in them was released, one transaction later, and not the last one', async () => {
    const folder = temporaryFolder();
    const spool = openSpool({ folder, segmentBytes });
    await fill(spool, 0, 30);
    const all = filesOf(folder);
    expect(all.length).toBeGreaterThan(4);
    await load(spool, 3);
    await spool.transact(() => undefined);
    expect(filesOf(folder)).toEqual(all);
    await load(spool, 31);
    expect(filesOf(folder)).toEqual(all);
    await spool.transact(() => undefined);
    const left = filesOf(folder);
    expect(left.length).toBeLessThan(all.length);
    expect(left).toEqual(all.slice(-left.length));
    expect(idsOf(spool)[0]).toBe('e15');
    await load(spool, spool.head());
    await spool.transact(() => undefined);
    expect(filesOf(folder)).toEqual(all.slice(-1));
    await fill(spool, 30, 31);
    await spool.close();
    expect(await verifySpool({ folder, destinations: ['d'] })).toEqual({ chunks: 1, entries: 2 });
  });

  it('stay while a backup is made, which is whole although events come and go meanwhile', async () => {
    const folder = temporaryFolder();
    const targets = [temporaryFolder(), temporaryFolder()];
    const spool = openSpool({ folder, segmentBytes, settling: 'elsewhere' });
    const loader = openSpool({ folder, follows: spool.written });
    await fill(spool, 0, 40);
    let at = 40;
    let busy = true;
    const work = async (): Promise<void> => {
      while (busy) {
        await spool.append(chunk(event(`e${at}`, 1000), event(`f${at}`, 1000)));
        at += 1;
        await loader.settle();
        await load(loader, Math.min(loader.cursor('d').next + 4, loader.head()));
      }
    };
    const working = work();
    // The first that is ready does not let go of what the other one needs.
    const heads = await Promise.all(
      targets.map(async (target) => {
        const before = { head: spool.head(), next: loader.cursor('d').next };
        await spool.backup(target);
        return before;
      }),
    );
    busy = false;
    await working;
    expect(loader.cursor('d').next).toBeGreaterThan(heads[0]!.next);
    await load(loader, loader.head());
    await loader.transact(() => undefined);
    expect(filesOf(folder)).toHaveLength(1);
    await loader.close();
    await spool.close();
    for (const [index, target] of targets.entries()) {
      const { head, next } = heads[index]!;
      const restored = openSpool({ folder: target });
      expect(restored.head()).toBeGreaterThanOrEqual(head);
      expect(restored.cursor('d').next).toBeGreaterThanOrEqual(next);
      const from = restored.first();
      expect(from).toBeLessThanOrEqual(restored.cursor('d').next);
      const wanted = Array.from({ length: restored.head() - from }, (_, offset) => {
        const number = from - 1 + offset;
        return `${number % 2 === 0 ? 'e' : 'f'}${Math.floor(number / 2)}`;
      });
      expect(idsOf(restored)).toEqual(wanted);
      expect(restored.books(['d'])).toMatchObject([{ balanced: true }]);
      await restored.close();
      expect(await verifySpool({ folder: target, destinations: ['d'], whole: true })).toMatchObject({
        entries: wanted.length,
      });
    }
  });
});
