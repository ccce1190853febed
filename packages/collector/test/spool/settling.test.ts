import { v4, v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { openSpool } from '../../src/spool/spool.ts';
import type { Spool } from '../../src/spool/spool.ts';
import { verifySpool } from '../../src/spool/verify.ts';
import { chunk, event, refused } from '../support/chunks.ts';
import { temporaryFolder } from '../support/collector.ts';
import { seededRandom } from '../support/random.ts';
import { leaveOldSpool } from './old-spool.ts';

const idsOf = (spool: Spool): string[] =>
  spool
    .read(1, spool.head())
    .flatMap(({ chunk: { entries } }) =>
      entries.map((entry) => ('columns' in entry ? entry.columns.messageId : '')),
    );

describe('a spool whose index another one keeps', () => {
  it('knows repeats before and after they are settled, of ids in order and in none', async () => {
    const folder = temporaryFolder();
    const spool = openSpool({ folder, settling: 'elsewhere' });
    const follower = openSpool({ folder, follows: spool.written });
    const random = seededRandom(3);
    const known: string[] = [];
    let repeats = 0;
    for (let round = 0; round < 120; round += 1) {
      // Both kinds, some of them twice in one request, and ids of every age again.
      const fresh = [v7(), v4(), v4()];
      const again = Array.from({ length: known.length > 0 ? 4 : 0 }, () => {
        const far = Math.floor(random() * known.length);
        const near = known.length - 1 - Math.floor(random() * Math.min(known.length, 6));
        return known[random() < 0.5 ? far : near]!;
      });
      const ids = [...again, ...fresh, fresh[1]!].sort(() => random() - 0.5);
      const [{ duplicates }] = await Promise.all([
        spool.append(chunk(...ids.map((id) => event(id)))),
        random() < 0.4 ? follower.settle() : undefined,
      ]);
      expect(duplicates).toBe(again.length + 1);
      repeats += duplicates;
      known.push(...fresh);
      for (const id of fresh) expect(spool.knows(id)).toBe(true);
      expect(spool.knows(v4())).toBe(false);
    }
    expect(follower.read(1, follower.head()).length).toBeLessThanOrEqual(120);
    await follower.settle();
    expect(follower.head()).toBe(spool.head());
    expect(idsOf(follower).sort()).toEqual([...known].sort());
    expect(follower.ledger.read().get('site')).toMatchObject({
      accepted: known.length + repeats,
      duplicate: repeats,
    });
    await follower.close();
    await spool.close();
    expect(await verifySpool({ folder, destinations: ['d'], whole: true })).toMatchObject({
      entries: known.length,
    });
  });

  it('takes the place of a reject once, however often it is tried again before that is settled', async () => {
    const folder = temporaryFolder();
    const spool = openSpool({ folder, settling: 'elsewhere' });
    await spool.append(chunk(refused('r'), event('a')));
    await spool.settle();
    const { id } = spool.rejects.list(1)[0]!;
    expect(await spool.append(chunk(event('r')), { replaces: id })).toEqual({ duplicates: 0 });
    expect(await spool.append(chunk(event('r')), { replaces: id })).toEqual({ duplicates: 1 });
    await spool.settle();
    expect(spool.rejects.list(9)).toEqual([]);
    expect(spool.books(['d'])).toMatchObject([{ balanced: true }]);
    expect(spool.pending('d')).toEqual(new Map([['site', 2]]));
    await spool.close();
  });

  it('reads and loads what a version without a log has left, then goes on in the log', async () => {
    const folder = temporaryFolder();
    await leaveOldSpool(folder);
    expect(await verifySpool({ folder, destinations: ['d'] })).toEqual({ chunks: 2, entries: 3 });
    const spool = openSpool({ folder });
    expect(idsOf(spool)).toEqual(['old-1', 'old-2', 'old-3']);
    expect(await spool.append(chunk(event('old-2'), event('new')))).toEqual({ duplicates: 1 });
    expect(idsOf(spool)).toEqual(['old-1', 'old-2', 'old-3', 'new']);
    const erasure = { columns: {}, pattern: 'old-3' };
    const request = { erasure, names: ['d'], dryRun: false, onProgress: () => undefined };
    const { rows } = await spool.purge({ ...request, onUncertain: () => undefined });
    expect(rows.map(({ messageId }) => messageId)).toEqual(['old-3']);
    expect(spool.count(1, 5)).toEqual(new Map([['site', 3]]));
    await spool.transact(() => {
      spool.saveCursor('d', { next: 4, ranges: [] });
      spool.ledger.editLoaded('site', 'd').loaded += 2;
      spool.release(['d']);
    });
    expect(idsOf(spool)).toEqual(['new']);
    expect(spool.books(['d'])).toMatchObject([{ balanced: true }]);
    await spool.close();
    expect(await verifySpool({ folder, destinations: ['d'], whole: true })).toEqual({
      chunks: 1,
      entries: 1,
    });
  });
});
