import { expect, it } from 'vitest';
import { postgresFailure } from '../../src/destinations/postgres-failure.ts';

const kindOf = (code: string, message = ''): string =>
  postgresFailure(Object.assign(new Error(message), { code })).kind;

it.each([
  ['42703', 'schema'],
  ['23502', 'schema'],
  ['22P03', 'schema'],
  ['22021', 'poison'],
  ['23514', 'poison'],
  ['23505', 'temporary'],
  // A segment of Greenplum that does not answer.
  ['58M01', 'temporary'],
  ['57P01', 'temporary'],
  ['ECONNRESET', 'temporary'],
  ['EPIPE', 'temporary'],
])('takes %s for %s', (code, kind) => {
  expect(kindOf(code)).toBe(kind);
});

it('takes a staging table that went with its session for temporary, and a table that is gone for schema', () => {
  expect(kindOf('42P01', 'relation "nitka_raw_events" does not exist')).toBe('temporary');
  expect(kindOf('42P01', 'отношение «nitka_raw_rejects» не существует')).toBe('temporary');
  expect(kindOf('42P01', 'relation "nitka.raw_events" does not exist')).toBe('schema');
});
