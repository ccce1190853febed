import { expect, it } from 'vitest';
import { fc } from '../../../../tests/support/fast-check.ts';
import { encodeNative } from '../../src/destinations/clickhouse-pages.ts';
import { clickhouseType } from '../../src/destinations/clickhouse-schema.ts';
import { tables } from '../../src/destinations/columns.ts';
import { packRows } from '../../src/destinations/pack-rows.ts';
import type { Row } from '../../src/row.ts';
import { encodeChunk } from '../../src/spool/chunk.ts';
import { createArena, pack } from '../../src/spool/packed.ts';
import type { Packed } from '../../src/spool/packed.ts';
import { anyRow } from '../support/any-row.ts';
import { chunk, event, refused } from '../support/chunks.ts';
import { row } from '../support/rows.ts';

const batch = { id: 'spool-1-2', loadedAt: 1_700_000_000_789 };

type Value = string | number | null;

/** Format Native, read by its documentation: columns by their names, and the types that stand beside them. */
const decode = (bytes: Buffer): { types: Record<string, string>; columns: Record<string, Value[]> } => {
  let position = 0;
  const byte = (): number => bytes[position++]!;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const next = byte();
      value += (next & 0x7f) * 2 ** shift;
      if (next < 0x80) return value;
    }
  };
  const text = (): string => {
    const length = varint();
    position += length;
    return bytes.toString('utf8', position - length, position);
  };
  const whole = (): number => {
    position += 8;
    return Number(bytes.readBigInt64LE(position - 8));
  };
  const times = <T>(count: number, read: () => T): T[] => Array.from({ length: count }, read);
  const fewOf = (mayMiss: boolean): Value[] => {
    expect(whole()).toBe(1);
    const kind = whole();
    expect(kind & ~0xff).toBe(0x600);
    const keys: Value[] = times(whole(), text);
    if (mayMiss) keys[0] = null;
    const index = (): number => {
      if ((kind & 0xff) === 0) return byte();
      position += 4;
      return bytes.readUInt32LE(position - 4);
    };
    return times(whole(), () => keys[index()]!);
  };
  const types: Record<string, string> = {};
  const columns: Record<string, Value[]> = {};
  while (position < bytes.length) {
    const count = varint();
    const rows = varint();
    for (let column = 0; column < count; column += 1) {
      const name = text();
      const type = text();
      types[name] = type;
      const all = (columns[name] ??= []);
      if (type.startsWith('LowCardinality')) {
        all.push(...fewOf(type.includes('Nullable')));
        continue;
      }
      const missing = type.startsWith('Nullable') ? times(rows, byte) : [];
      const values = times<Value>(rows, type.includes('64') ? whole : text);
      all.push(...values.map((value, at) => (missing[at] === 1 ? null : value)));
    }
  }
  return { types, columns };
};

const decoded = (...pages: Packed[]): { rows: Record<string, Value>[]; told: number } => {
  let told = 0;
  const bytes = Buffer.concat([...encodeNative(pages, batch, (rows) => (told += rows))]);
  const { columns } = decode(bytes);
  const count = columns['message_id']?.length ?? 0;
  const rows = Array.from({ length: count }, (_, at) =>
    Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[at]!])),
  );
  return { rows, told };
};

const expected = (rows: readonly Row[]): Record<string, Value>[] =>
  rows.map((each) => ({
    ...each,
    payload: each.payload.toString(),
    batch_id: batch.id,
    loaded_at: batch.loadedAt,
  }));

it('writes every value of every row, whatever is in them', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 40 }), fc.nat(40), (kinds, cut) => {
      const rows = kinds.map((kind, at) => row(`m${at}`, kind));
      const { rows: found, told } = decoded(packRows(rows.slice(0, cut)), packRows(rows.slice(cut)));
      expect(found).toEqual(expected(rows));
      expect(told).toBe(rows.length);
    }),
    { numRuns: 200, seed: 7 },
  );
});

it('names the types that the table has', () => {
  const { types } = decode(Buffer.concat([...encodeNative([packRows([row('m')])], batch, () => undefined)]));
  expect(types).toEqual(
    Object.fromEntries(tables.raw_events.map((column) => [column.name, clickhouseType(column)])),
  );
});

it('writes more than 256 different texts into a column that has few as a rule', () => {
  const rows = Array.from({ length: 1000 }, (_, at) =>
    row(`m${at}`, { event: at % 7 === 0 ? null : at % 11 === 0 ? '' : `E${at % 300}`, type: `t${at % 290}` }),
  );
  expect(decoded(packRows(rows)).rows).toEqual(expected(rows));
});

it('takes neither rejects nor what stands in a chunk before and behind the range', () => {
  const entries = [event('before'), event('m'), refused('r'), event('n'), event('behind')];
  const value = encodeChunk(chunk(...entries));
  const found = decoded(pack([{ key: 10, value }], [11, 14], createArena()));
  expect(found.rows.map(({ message_id: id }) => id)).toEqual(['m', 'n']);
  expect(found.told).toBe(2);
});

it('writes nothing for a page of rejects', () => {
  const page = pack([{ key: 10, value: encodeChunk(chunk(refused('r'))) }], [10, 11], createArena());
  expect([...encodeNative([page], batch, () => undefined)]).toEqual([]);
});
