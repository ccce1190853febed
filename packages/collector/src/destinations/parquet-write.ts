import { rm } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { LoadBatch } from './destination.ts';
import { appendBatch } from './duckdb-append.ts';
import type { DuckdbClient } from './duckdb-append.ts';
import { exists, publish, publishText } from './durable-file.ts';
import { plainColumns } from './parquet-lake.ts';
import type { Lake } from './parquet-lake.ts';
import { quoted } from './sql-text.ts';

/** Infinity and year 275761 are no day of a folder: such a row is refused before anything is written. */
const checkTimes = ({ events, rejects }: LoadBatch): void => {
  for (const { received_at: at } of [...events, ...rejects]) new Date(at).toISOString();
};

/**
 * Writes the batch: one file for each day and source, each whole under its name or not there, then the marker. A batch that comes again
 * finds its marker; if the first attempt ended before that, the files that are there stay as they are.
 */
export const writeBatch = async (
  client: DuckdbClient,
  connection: DuckDBConnection,
  lake: Lake,
  batch: LoadBatch,
): Promise<void> => {
  const { id, events, rejects } = batch;
  checkTimes(batch);
  const marker = lake.marker(id, (events[0] ?? rejects[0])?.received_at ?? 0);
  if (await exists(marker)) return;

  const copyTable = async (table: 'raw_events' | 'raw_rejects'): Promise<void> => {
    const groups = await connection.runAndReadAll(
      `SELECT DISTINCT strftime(received_at, '%Y-%m-%d'), source FROM ${table} ORDER BY ALL`,
    );
    for (const [date, source] of groups.getRows() as [string, string][]) {
      const target = lake.file(table, date, source, id);
      if (await exists(target)) continue;
      const aside = lake.asideFile(id, 'parquet');
      await connection.run(
        `COPY (SELECT ${plainColumns[table]} FROM ${table} WHERE source = ${quoted(source)} AND strftime(received_at, '%Y-%m-%d') = ${quoted(date)})
         TO ${quoted(aside)} (FORMAT parquet, COMPRESSION zstd)`,
      );
      await publish(aside, target);
    }
  };

  // The tables in memory are only the way to the files: nothing is ever committed to them.
  await connection.run('BEGIN');
  try {
    await appendBatch(client, connection, batch);
    await copyTable('raw_events');
    await copyTable('raw_rejects');
  } finally {
    await connection.run('ROLLBACK').catch(() => undefined);
  }
  const note = {
    batch_id: id,
    events: events.length,
    rejects: rejects.length,
    loaded_at: new Date(batch.loadedAt),
  };
  await publishText(`${JSON.stringify(note)}\n`, lake.asideFile(id, 'json'), marker);
  await rm(lake.asideFile(id, 'parquet'), { force: true });
};
