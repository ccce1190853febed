import { erasedColumns, erasedRow, erasureConditions } from './erasure.ts';
import type { Erased, Erasure } from './erasure.ts';
import type { PostgresLoad } from './postgres-load.ts';
import { quoted } from './sql-text.ts';

/** Bytes of a reject as text: what is no ASCII becomes a character that stands between words. */
const rejectText = String.raw`regexp_replace(encode(payload, 'escape'), '\\[0-7]{3}', '~', 'g')`;

/** Takes the rows out in one transaction; it waits for a load that may still be on its way. */
export const erasePostgres = async (
  { client, schema, guard }: Pick<PostgresLoad, 'client' | 'schema' | 'guard'>,
  erasure: Erasure,
  dryRun: boolean,
): Promise<Erased> => {
  const where = erasureConditions(
    erasure,
    quoted,
    (column, literal) => `coalesce(${column === 'raw_payload' ? rejectText : column} ~* ${literal}, false)`,
  );
  const rows = async (sql: string): Promise<unknown[][]> =>
    (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows;

  await client.query('BEGIN');
  let erased: Erased;
  try {
    await client.query(`LOCK TABLE ${schema}.nitka_batches IN SHARE ROW EXCLUSIVE MODE`);
    const found = await rows(`SELECT ${erasedColumns} FROM ${schema}.raw_events WHERE ${where.events}`);
    const [refused] = await rows(`SELECT count(*) FROM ${schema}.raw_rejects WHERE ${where.rejects}`);
    erased = { rows: found.map(erasedRow), rejects: Number(refused?.[0]) };
    if (!dryRun) {
      if (guard === 'ids')
        await client.query(
          `DELETE FROM ${schema}.nitka_message_ids WHERE message_id IN (SELECT message_id FROM ${schema}.raw_events WHERE ${where.events})`,
        );
      await client.query(`DELETE FROM ${schema}.raw_events WHERE ${where.events}`);
      await client.query(`DELETE FROM ${schema}.raw_rejects WHERE ${where.rejects}`);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
  // A deleted row stays in its page until then.
  const tables = ['raw_events', 'raw_rejects', ...(guard === 'ids' ? ['nitka_message_ids'] : [])];
  if (!dryRun) for (const table of tables) await client.query(`VACUUM ${schema}.${table}`);
  return erased;
};
