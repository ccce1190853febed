import type { DuckDBConnection } from '@duckdb/node-api';
import { erasedColumns, erasedRow, erasureConditions } from './erasure.ts';
import type { Erased, Erasure } from './erasure.ts';
import { quoted } from './sql-text.ts';

/** Bytes as DuckDB shows them; what is no ASCII becomes a character that stands between words. */
const rejectText = String.raw`coalesce(TRY(decode(payload)), regexp_replace(payload::VARCHAR, '\\x[0-9A-F]{2}', '~', 'g'))`;

export const duckdbConditions = (erasure: Erasure): { readonly events: string; readonly rejects: string } =>
  erasureConditions(erasure, quoted, (column, literal) => {
    const text = column === 'raw_payload' ? rejectText : `${column}::VARCHAR`;
    return `coalesce(regexp_matches(${text}, ${literal}, 'i'), false)`;
  });

const freeBlocks = async (connection: DuckDBConnection): Promise<number> => {
  const found = await connection.runAndReadAll(
    'SELECT sum(free_blocks) FROM pragma_database_size() WHERE database_name = current_database()',
  );
  return Number(found.getRows()[0]?.[0] ?? 0);
};

/**
 * A deleted row stays in the file: only when its values were changed before are the blocks around it written anew, and the old ones
 * are free then, but keep what is in them until something else is written there. So something is.
 */
const overwriteFree = async (connection: DuckDBConnection): Promise<void> => {
  await connection.run('DROP TABLE IF EXISTS nitka_filler');
  await connection.run('CHECKPOINT');
  const blocks = await freeBlocks(connection);
  if (blocks === 0) return;
  // Numbers that do not compress: 256 KiB a block.
  const numbers = blocks * 32_768;
  await connection.run(
    `CREATE OR REPLACE TABLE nitka_filler AS SELECT hash(range) AS n FROM range(${numbers})`,
  );
  await connection.run('CHECKPOINT');
  await connection.run('DROP TABLE nitka_filler');
  await connection.run('CHECKPOINT');
};

const blank: Readonly<Record<'raw_events' | 'raw_rejects', string>> = {
  raw_events: `message_id = '', anonymous_id = NULL, server_visitor_id = NULL, user_id = NULL, session_id = NULL, phone = NULL,
    email = NULL, ip = NULL, user_agent = NULL, payload = '{}', batch_context = NULL`,
  raw_rejects: "message_id = NULL, detail = NULL, payload = ''::BLOB",
};

/** Takes the rows out of the tables and out of the file's free blocks. */
export const eraseDuckdb = async (
  connection: DuckDBConnection,
  erasure: Erasure,
  dryRun: boolean,
): Promise<Erased> => {
  const where = duckdbConditions(erasure);
  await connection.run('BEGIN');
  try {
    const found = await connection.runAndReadAll(
      `SELECT ${erasedColumns} FROM raw_events WHERE ${where.events}`,
    );
    const refused = await connection.runAndReadAll(`SELECT count(*) FROM raw_rejects WHERE ${where.rejects}`);
    const erased = { rows: found.getRows().map(erasedRow), rejects: Number(refused.getRows()[0]?.[0]) };
    if (dryRun) {
      await connection.run('ROLLBACK');
      return erased;
    }
    for (const [table, condition] of [
      ['raw_events', where.events],
      ['raw_rejects', where.rejects],
    ] as const) {
      await connection.run(
        `CREATE OR REPLACE TEMP TABLE nitka_erased AS SELECT rowid AS id FROM ${table} WHERE ${condition}`,
      );
      const those = 'WHERE rowid IN (SELECT id FROM nitka_erased)';
      await connection.run(`UPDATE ${table} SET ${blank[table]} ${those}`);
      await connection.run(`DELETE FROM ${table} ${those}`);
      await connection.run('DROP TABLE nitka_erased');
    }
    await connection.run('COMMIT');
    await overwriteFree(connection);
    return erased;
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
};
