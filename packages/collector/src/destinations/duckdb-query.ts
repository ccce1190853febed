import { NitkaError } from '@nitka/core';
import type { DuckDBInstance } from '@duckdb/node-api';
import type { QueryResult } from './destination.ts';

export interface DuckdbQuery {
  run(sql: string, limit: number): Promise<QueryResult>;
  close(): void;
}

const refused = (detail: string, cause?: unknown): NitkaError =>
  new NitkaError('query_failed', detail, { cause });

/**
 * Queries on a connection of their own, which see what is committed. A read-only transaction alone would still let COPY write a file
 * and SET change the owner's settings, so the kind of statement is checked, too.
 */
export const createDuckdbQuery = async (
  instance: DuckDBInstance,
  { StatementType }: typeof import('@duckdb/node-api'),
  database?: string,
): Promise<DuckdbQuery> => {
  const connection = await instance.connect();
  if (database !== undefined) await connection.run(`USE ${database}`);
  const reading = new Set<unknown>([StatementType.SELECT, StatementType.EXPLAIN]);
  let last: Promise<unknown> = Promise.resolve();

  const runOne = async (sql: string, limit: number): Promise<QueryResult> => {
    try {
      const statements = await connection.extractStatements(sql);
      if (statements.count !== 1) throw refused(`one statement is expected, there are ${statements.count}`);
      await connection.run('BEGIN TRANSACTION READ ONLY');
      try {
        const statement = await statements.prepare(0);
        if (!reading.has(statement.statementType)) throw refused('only statements that read are allowed');
        const reader = await statement.streamAndReadUntil(limit + 1);
        const rows = reader.getRowsJson();
        return { columns: reader.columnNames(), rows: rows.slice(0, limit), truncated: rows.length > limit };
      } finally {
        await connection.run('ROLLBACK').catch(() => undefined);
      }
    } catch (error) {
      throw error instanceof NitkaError ? error : refused((error as Error).message, error);
    }
  };

  return {
    // One connection holds one transaction: queries take turns.
    run(sql, limit) {
      const result = last.then(() => runOne(sql, limit));
      last = result.catch(() => undefined);
      return result;
    },
    close: () => connection.closeSync(),
  };
};
