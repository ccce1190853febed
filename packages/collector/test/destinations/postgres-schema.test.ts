import { Writable } from 'node:stream';
import type { Client } from 'pg';
import { expect, it } from 'vitest';
import { erasePostgres } from '../../src/destinations/postgres-erase.ts';
import { findGuard, isLoaded, loadDirectly, loadStaged } from '../../src/destinations/postgres-load.ts';
import type { PostgresLoad } from '../../src/destinations/postgres-load.ts';
import { postgresBase, postgresStaging, postgresSteps } from '../../src/destinations/postgres-schema.ts';
import { row } from '../support/rows.ts';

const statements = (greenplum: boolean, storage = ''): string[] => {
  const shape = { schema: 'nitka', greenplum, storage };
  return [postgresBase(shape), ...postgresSteps(shape).flat(), ...postgresStaging(shape)];
};

/** What came after PostgreSQL 9.4, which Greenplum 6 is made from. */
const later =
  /ON CONFLICT|GENERATED|jsonb|IF NOT EXISTS(?! \()|JSON_TABLE|\(\?<[=!]|OR REPLACE (?!VIEW)|PROCEDURE|SKIP LOCKED|ON COMMIT DROP|MERGE |TABLESAMPLE|GROUPING SETS|WITH ORDINALITY|MATERIALIZED|FETCH FIRST|STARTS_WITH|STRING_TO_TABLE|REGEXP_(COUNT|SUBSTR|LIKE|INSTR)/i;

/** A connection that takes every statement, and remembers it. */
const listener = (): { said: string[]; client: Client; copyFrom: PostgresLoad['copyFrom'] } => {
  const said: string[] = [];
  const query = (what: unknown): unknown => {
    if (what instanceof Writable) return what;
    said.push(typeof what === 'string' ? what : (what as { text: string }).text);
    return Promise.resolve({ rowCount: 1, rows: [[0]] });
  };
  const copyFrom = (text: string): Writable => {
    said.push(text);
    return Object.assign(new Writable({ write: (_chunk, _encoding, done) => done() }), { rowCount: 1 });
  };
  return { said, client: { query } as unknown as Client, copyFrom: copyFrom as never };
};

it('keeps to the grammar of PostgreSQL 9.4, which Greenplum 6 has', () => {
  for (const statement of [...statements(false), ...statements(true, 'appendoptimized=true')])
    expect(statement).not.toMatch(later);
});

it('keeps to it where it loads, looks and erases, too', async () => {
  const { said, client, copyFrom } = listener();
  const to = { client, copyFrom, schema: 'nitka', greenplum: true, guard: 'ids' as const };
  const reject = {
    message_id: 'm',
    source: 's',
    code: 'c',
    detail: null,
    received_at: 1,
    payload: Buffer.of(1),
  };
  const batch = { id: 'b', events: [row('m')], rejects: [reject], loadedAt: 1 };
  await findGuard(client, 'nitka');
  await isLoaded(to, batch);
  await loadDirectly(to, batch);
  await loadStaged(to, batch);
  await erasePostgres(to, { columns: { phone: ['+79995551111'] }, pattern: 'x' }, false);
  expect(said.length).toBeGreaterThan(20);
  for (const word of ['COPY', 'LOCK TABLE', 'NOT EXISTS', 'DELETE', 'VACUUM'])
    expect(
      said.some((each) => each.includes(word)),
      word,
    ).toBe(true);
  for (const statement of said) expect(statement).not.toMatch(later);
});

it('distributes tables in Greenplum alone, and says of each how it is stored', () => {
  expect(statements(false).join('\n')).not.toMatch(/DISTRIBUTED|WITH \(/);
  const stored = (storage: string): string[] =>
    statements(true, storage)
      .filter((each) => each.includes(' TABLE '))
      .map((each) => {
        const [, name, options, key] =
          /TABLE (?:nitka\.)?(\w+)[^]*? WITH \(([^)]+)\)(?: ON COMMIT DELETE ROWS)? DISTRIBUTED BY \((\w+)\)$/.exec(
            each,
          )!;
        return `${name} ${options} ${key}`;
      });
  const heaps = [
    'nitka_raw_events appendonly=false message_id',
    'nitka_raw_rejects appendonly=false batch_id',
  ];
  expect(stored('')).toEqual([
    'nitka_schema appendonly=false version',
    'raw_events appendonly=false message_id',
    'raw_rejects appendonly=false batch_id',
    'nitka_batches appendonly=false batch_id',
    ...heaps,
  ]);
  expect(stored('appendoptimized=true')).toEqual([
    'nitka_schema appendonly=false version',
    'raw_events appendoptimized=true message_id',
    'raw_rejects appendoptimized=true batch_id',
    'nitka_batches appendonly=false batch_id',
    'nitka_message_ids appendonly=false message_id',
    ...heaps,
  ]);
});

it('asks for unique indexes of heap tables alone', () => {
  const unique = (greenplum: boolean, storage?: string): string[] =>
    statements(greenplum, storage).flatMap((each) => /UNIQUE INDEX (\w+)/.exec(each)?.[1] ?? []);
  const rows = ['raw_events_message_id', 'nitka_batches_batch_id'];
  expect(unique(false)).toEqual(rows);
  expect(unique(true)).toEqual(rows);
  expect(unique(true, 'appendoptimized=true')).toEqual([
    'nitka_message_ids_message_id',
    'nitka_batches_batch_id',
  ]);
});
