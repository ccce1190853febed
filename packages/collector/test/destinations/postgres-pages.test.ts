import { expect, it } from 'vitest';
import { fc } from '../../../../tests/support/fast-check.ts';
import { tables } from '../../src/destinations/columns.ts';
import { packRows } from '../../src/destinations/pack-rows.ts';
import { encodeCopy } from '../../src/destinations/postgres-copy.ts';
import { encodePages } from '../../src/destinations/postgres-pages.ts';
import type { Row } from '../../src/row.ts';
import { encodeChunk } from '../../src/spool/chunk.ts';
import { createArena, pack } from '../../src/spool/packed.ts';
import { anyRow } from '../support/any-row.ts';
import { chunk, event, refused } from '../support/chunks.ts';
import { row } from '../support/rows.ts';

const batch = { id: 'spool-1-2', loadedAt: 1_700_000_000_789 };
const encoded = (...pages: Parameters<typeof encodePages>[0][]): Buffer =>
  Buffer.concat([
    ...encodePages(
      pages.flatMap((each) => [...each]),
      batch,
    ),
  ]);
const expected = (rows: readonly Row[]): Buffer => {
  const whole = rows.map((each) => ({ ...each, batch_id: batch.id, loaded_at: batch.loadedAt }));
  return Buffer.concat([...encodeCopy(tables.raw_events, whole)]);
};

it('writes the same bytes as the rows would give, whatever is in them', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 40 }), fc.nat(40), (kinds, cut) => {
      const rows = kinds.map((kind, at) => row(`m${at}`, kind));
      const pages = [packRows(rows.slice(0, cut)), packRows(rows.slice(cut))];
      expect(encoded(pages).equals(expected(rows))).toBe(true);
    }),
    { numRuns: 200, seed: 7 },
  );
});

it('writes more than one piece, and every row whole', () => {
  const rows = Array.from({ length: 3000 }, (_, at) =>
    row(`m${at}`, { payload: Buffer.from(JSON.stringify({ text: 'ж'.repeat(at % 300) })) }),
  );
  expect([...encodePages([packRows(rows)], batch)].length).toBeGreaterThan(3);
  expect(encoded([packRows(rows)]).equals(expected(rows))).toBe(true);
});

it('puts U+FFFD where a text has NUL, which PostgreSQL takes in none', () => {
  const rows = [row('a\0b', { event: '\0', user_agent: `${'x'.repeat(100)}\0` }), row('c')];
  const clean = [row('a\ufffdb', { event: '\ufffd', user_agent: `${'x'.repeat(100)}\ufffd` }), row('c')];
  expect(encoded([packRows(rows)]).equals(expected(clean))).toBe(true);
});

it('takes neither rejects nor what stands in a chunk before and behind the range', () => {
  const entries = [event('before'), event('m'), refused('r'), event('n'), event('behind')];
  const value = encodeChunk(chunk(...entries));
  const page = pack([{ key: 10, value }], [11, 14], createArena());
  const kept = (id: string): Row =>
    row(id, { received_at: 5, occurred_at: 1, sequence: 1, payload: Buffer.from(`{"id":"${id}"}`) });
  expect(encoded([page]).equals(expected([kept('m'), kept('n')]))).toBe(true);
});
