import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { duckdbConditions } from './duckdb-erase.ts';
import { makeDurableFolder, syncFile, syncFolder } from './durable-file.ts';
import { erasedColumns, erasedRow } from './erasure.ts';
import type { Erased, ErasedRow, Erasure } from './erasure.ts';
import type { Lake } from './parquet-lake.ts';
import { quoted } from './sql-text.ts';

const filesOf = (glob: string): string =>
  `read_parquet(${quoted(glob)}, hive_partitioning = false, filename = true)`;

/** Writes each file anew that has a row of the person: aside, then over the old one, which a reader sees whole until then. */
export const eraseParquet = async (
  connection: DuckDBConnection,
  lake: Lake,
  erasure: Erasure,
  dryRun: boolean,
): Promise<Erased> => {
  const where = duckdbConditions(erasure);
  const ask = async (sql: string): Promise<unknown[][]> => (await connection.runAndReadAll(sql)).getRows();
  const isThere = async (glob: string): Promise<boolean> =>
    (await ask(`SELECT 1 FROM glob(${quoted(glob)}) LIMIT 1`)).length > 0;

  const rewrite = async (file: string, condition: string): Promise<void> => {
    const aside = join(lake.aside, 'erasing.parquet');
    await connection.run(
      `COPY (SELECT * FROM read_parquet(${quoted(file)}, hive_partitioning = false) WHERE NOT (${condition}))
       TO ${quoted(aside)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    await syncFile(aside);
    await rename(aside, file);
    await syncFolder(dirname(file));
  };

  const cut = async (glob: string, condition: string): Promise<void> => {
    const files = await ask(`SELECT DISTINCT filename FROM ${filesOf(glob)} WHERE ${condition} ORDER BY 1`);
    for (const [file] of files) await rewrite(String(file), condition);
  };

  const [events, rejects] = [lake.glob('raw_events'), lake.glob('raw_rejects')];
  const [hasEvents, hasRejects] = [await isThere(events), await isThere(rejects)];
  const rows: ErasedRow[] = hasEvents
    ? (await ask(`SELECT ${erasedColumns} FROM ${filesOf(events)} WHERE ${where.events}`)).map(erasedRow)
    : [];
  const [refused] = hasRejects
    ? await ask(`SELECT count(*) FROM ${filesOf(rejects)} WHERE ${where.rejects}`)
    : [[0]];
  if (!dryRun) {
    if (hasEvents) await cut(events, where.events);
    if (hasRejects) await cut(rejects, where.rejects);
    // What a load that was killed left there.
    await rm(lake.aside, { recursive: true, force: true });
    await makeDurableFolder(lake.aside);
  }
  return { rows, rejects: Number(refused?.[0]) };
};
