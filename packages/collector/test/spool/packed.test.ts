import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/spool/chunk.ts';
import { createArena, unpack } from '../../src/spool/packed.ts';
import { openSpool } from '../../src/spool/spool.ts';
import type { Spool } from '../../src/spool/spool.ts';
import { chunk, event, refused } from '../support/chunks.ts';
import { temporaryFolder } from '../support/collector.ts';

const open = async (...chunks: Chunk[]): Promise<Spool> => {
  const spool = openSpool({ folder: temporaryFolder() });
  for (const each of chunks) await spool.append(each);
  return spool;
};

/** The ids of each page's entries, those that are meant. */
const idsOf = (spool: Spool, from: number, to: number, pageBytes?: number): (string | null)[][] => {
  const options = { arena: createArena(), ...(pageBytes !== undefined && { pageBytes }) };
  const pages: (string | null)[][] = [];
  // One at a time: each is gone with the next.
  for (const page of spool.readPages([from, to], options)) {
    const entries = unpack(page).flatMap(({ chunk: { entries: all } }, index) =>
      all.slice(page.chunks[index]?.from, page.chunks[index]?.to),
    );
    pages.push(entries.map((entry) => ('columns' in entry ? entry.columns.messageId : entry.messageId)));
  }
  return pages;
};

describe('pages of the spool', () => {
  it('are of bounded size, and together all that was asked for', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `id-${index}`);
    const spool = await open(...ids.map((id) => chunk(event(id, 1000), event(`${id}-b`, 1000))));
    const whole = idsOf(spool, 1, spool.head());
    const pages = idsOf(spool, 1, spool.head(), 10_000);
    expect(whole).toEqual([ids.flatMap((id) => [id, `${id}-b`])]);
    expect(pages.flat()).toEqual(whole[0]);
    expect(pages.length).toBeGreaterThan(10);
    const sizes = [...spool.readPages([1, spool.head()], { arena: createArena(), pageBytes: 10_000 })];
    expect(Math.max(...sizes.map(({ bytes }) => bytes.length))).toBeLessThan(12_000);
    await spool.close();
  });

  it('have a chunk that is larger than a page in one of its own', async () => {
    const spool = await open(chunk(event('a')), chunk(event('large', 100_000)), chunk(event('b')));
    expect(idsOf(spool, 1, spool.head(), 5000)).toEqual([['a'], ['large'], ['b']]);
    await spool.close();
  });

  it('begin and end inside of chunks', async () => {
    const spool = await open(chunk(event('a'), event('b'), event('c')), chunk(event('d'), event('e')));
    expect(idsOf(spool, 2, 5)).toEqual([['b', 'c', 'd']]);
    expect(idsOf(spool, 2, 5, 1)).toEqual([['b', 'c'], ['d']]);
    expect(idsOf(spool, 5, 5)).toEqual([]);
    await spool.close();
  });

  it('are of chunks with rejects only when these are asked for', async () => {
    const spool = await open(chunk(event('a')), chunk(event('b'), refused('c')), chunk(event('d')));
    const pages = [...spool.readPages([1, 5], { arena: createArena(), rejectedOnly: true })];
    expect(pages.flatMap(({ chunks }) => chunks.map(({ first }) => first))).toEqual([2]);
    await spool.close();
  });

  it('hold what a transaction under way has written', async () => {
    const spool = await open(chunk(event('a')));
    const counted = await spool.transact(() => {
      spool.putBack(spool.head(), chunk(event('b', 50_000), event('c')));
      return spool.count(1, spool.head() + 2).get('site');
    });
    expect(counted).toBe(3);
    await spool.close();
  });
});
