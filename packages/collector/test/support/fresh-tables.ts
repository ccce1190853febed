import { randomBytes } from 'node:crypto';
import { createClient } from '@clickhouse/client';
import pg from 'pg';
import { onTestFinished } from 'vitest';

const freshName = (): string => `t_${randomBytes(6).toString('hex')}`;

export const runPostgres = async (
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql, values)).rows;
  } finally {
    await client.end();
  }
};

export const runClickhouse = async (url: string, statement: string): Promise<void> => {
  const client = createClient({ url });
  await client.command({ query: statement });
  await client.close();
};

/** Name of a schema that nobody else has, and that is gone after the test. */
export const freshSchema = (url: string): string => {
  const schema = freshName();
  onTestFinished(async () => {
    await runPostgres(url, `DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  });
  return schema;
};

/** Name of a database that nobody else has, and that is gone after the test. */
export const freshDatabase = (url: string): string => {
  const database = freshName();
  onTestFinished(() => runClickhouse(url, `DROP DATABASE IF EXISTS ${database}`));
  return database;
};
