import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openSpool } from '../../src/spool/spool.ts';
import type { Spool } from '../../src/spool/spool.ts';
import { verifySpool } from '../../src/spool/verify.ts';
import { chunk, event, refused } from '../support/chunks.ts';
import { temporaryFolder } from '../support/collector.ts';
import { filesWith } from './files.ts';

/** One chunk for each of so many requests, in turn of three people; every fifth has all of them. */
const fill = async (spool: Spool, from: number, to: number): Promise<void> => {
  for (let at = from; at < to; at += 1) {
    const own = ['anna', 'bert', 'cleo'][at % 3]!;
    const people = at % 5 === 0 ? ['anna', 'bert', 'cleo'] : [own];
    await spool.append(
      chunk(...people.map((name) => event(`${name}-${at}`, 900)), refused(`${own}-bad-${at}`)),
    );
  }
};

const forget = async (spool: Spool, name: string): Promise<number> => {
  const { rows } = await spool.purge({
    erasure: { columns: {}, pattern: name },
    names: ['d'],
    dryRun: false,
    onProgress: () => undefined,
    onUncertain: () => undefined,
  });
  await spool.scrub();
  return rows.length;
};

const payloads = (spool: Spool): string[] =>
  spool
    .read(1, spool.head())
    .flatMap(({ chunk: { entries } }) => entries.map(({ payload }) => payload.toString()));

const load = (spool: Spool, next: number): Promise<void> =>
  spool.transact(() => {
    const from = spool.cursor('d').next;
    for (const [source, count] of spool.count(from, next))
      spool.ledger.editLoaded(source, 'd').loaded += count;
    spool.saveCursor('d', { next, ranges: [] });
    spool.release(['d']);
  });

describe('a person who is forgotten', () => {
  it.each(['at once', 'elsewhere'] as const)(
    'is in no file of the spool any more, not even where it was loaded long ago; all others are (settled %s)',
    async (settling) => {
      const folder = temporaryFolder();
      const spool = openSpool({ folder, settling, segmentBytes: 16_384 });
      await fill(spool, 0, 60);
      await spool.settle();
      // Loaded and released, some of it in a file that holds what still waits.
      await load(spool, spool.read(50, 51)[0]!.first);
      await fill(spool, 60, 70);
      await spool.settle();
      for (const name of ['anna', 'bert', 'cleo']) expect(filesWith(folder, name).length).toBeGreaterThan(2);
      const before = payloads(spool);
      expect(await forget(spool, 'anna')).toBe(
        before.filter((text) => text.startsWith('{"id":"anna')).length,
      );
      expect(filesWith(folder, 'anna')).toEqual([]);
      expect(payloads(spool)).toEqual(before.map((text) => (text.includes('anna') ? '' : text)));
      await fill(spool, 71, 72);
      await forget(spool, 'cleo');
      expect(filesWith(folder, 'cleo')).toEqual([]);
      expect(payloads(spool).filter((text) => text.includes('bert'))).toEqual(
        before.filter((text) => text.includes('bert')),
      );
      await spool.close();
      expect(await verifySpool({ folder, destinations: ['d'], whole: true })).toMatchObject({
        entries: expect.any(Number) as number,
      });
      const again = openSpool({ folder });
      expect(again.books(['d'])).toMatchObject([{ balanced: true }]);
      expect(filesWith(folder, 'anna').concat(filesWith(folder, 'cleo'))).toEqual([]);
      await again.close();
    },
  );

  it('is gone after a backup that had begun before; and the backup is whole', async () => {
    const folder = temporaryFolder();
    const target = temporaryFolder();
    const spool = openSpool({ folder, segmentBytes: 16_384 });
    await fill(spool, 0, 40);
    const before = payloads(spool);
    const order: string[] = [];
    await Promise.all([
      spool.backup(target).then(() => order.push('backup')),
      setTimeout(0).then(() => forget(spool, 'anna').then(() => order.push('forgotten'))),
    ]);
    expect(order).toEqual(['backup', 'forgotten']);
    expect(filesWith(folder, 'anna')).toEqual([]);
    await spool.close();
    const restored = openSpool({ folder: target });
    const found = payloads(restored);
    expect(found).toHaveLength(before.length);
    expect(found.every((text, at) => text === before[at] || text === '')).toBe(true);
    expect(found.filter((text) => /bert|cleo/.test(text))).toEqual(
      before.filter((text) => /bert|cleo/.test(text)),
    );
    expect(restored.books(['d'])).toMatchObject([{ balanced: true }]);
    await restored.close();
  });
});
