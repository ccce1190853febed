import type { Clickhouse } from './clickhouse-client.ts';
import type { ClickhouseOptions } from './clickhouse-options.ts';
import { erasedColumns, erasedRow, erasureConditions } from './erasure.ts';
import type { Erased, Erasure } from './erasure.ts';

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** Takes the rows out by a mutation that writes the parts anew, and waits for it: a lightweight DELETE would only hide them. */
export const eraseClickhouse = async (
  server: Clickhouse,
  { database, cluster, distributed }: ClickhouseOptions,
  erasure: Erasure,
  dryRun: boolean,
): Promise<Erased> => {
  const where = erasureConditions(
    { ...erasure, pattern: `(?i)${erasure.pattern}` },
    quote,
    (column, literal) =>
      `match(${column === 'raw_payload' ? 'toValidUTF8(payload)' : `ifNull(${column}, '')`}, ${literal})`,
  );
  const found = await server.rows(
    `SELECT ${erasedColumns} FROM ${database}.raw_events WHERE ${where.events}`,
  );
  const [refused] = await server.rows(`SELECT count() FROM ${database}.raw_rejects WHERE ${where.rejects}`);
  const erased = { rows: found.map(erasedRow), rejects: Number(refused?.[0]) };
  if (dryRun) return erased;
  const cut = async (table: 'raw_events' | 'raw_rejects', condition: string): Promise<void> => {
    const name = distributed ? `${table}_local` : table;
    const everywhere = cluster ? ` ON CLUSTER '${cluster}'` : '';
    await server.command(
      `ALTER TABLE ${database}.${name}${everywhere} DELETE WHERE ${condition} SETTINGS mutations_sync = 2`,
    );
  };
  // With several shards the count says nothing of each: it is cheap to ask all of them.
  if (erased.rows.length > 0) await cut('raw_events', where.events);
  if (erased.rejects > 0) await cut('raw_rejects', where.rejects);
  return erased;
};
