import { NitkaError } from '@nitka/core';
import type { Client, QueryConfig } from 'pg';
import type { QueryResult } from './destination.ts';

/** Numbers of JSON stay numbers; what JSON has not (64-bit integers, times) stays the server's text. */
const plain: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't',
  21: Number,
  23: Number,
  26: Number,
  700: Number,
  701: Number,
};

const types = {
  getTypeParser: (oid: number) => plain[oid] ?? ((text: string) => text),
} as unknown as QueryConfig['types'];

/**
 * Runs one statement that only reads. A cursor takes nothing but queries, the extended protocol nothing but one statement, and the
 * transaction is read-only.
 *
 * @throws NitkaError `query_failed`
 */
export const queryPostgres = async (client: Client, sql: string, limit: number): Promise<QueryResult> => {
  try {
    await client.query('BEGIN READ ONLY');
    try {
      // The extended protocol is what pg speaks in this mode; its types do not know the field yet.
      const declare = { text: `DECLARE nitka_query NO SCROLL CURSOR FOR ${sql}`, queryMode: 'extended' };
      await client.query(declare as QueryConfig);
      const { fields, rows } = await client.query<unknown[]>({
        text: `FETCH ${limit + 1} FROM nitka_query`,
        rowMode: 'array',
        types: types!,
      });
      return {
        columns: fields.map(({ name }) => name),
        rows: rows.slice(0, limit),
        truncated: rows.length > limit,
      };
    } finally {
      await client.query('ROLLBACK').catch(() => undefined);
    }
  } catch (error) {
    throw new NitkaError('query_failed', (error as Error).message, { cause: error });
  }
};
