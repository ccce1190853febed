import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sendLoad, startCollector } from './processes.ts';
import type { BenchCollector } from './processes.ts';
import type { Stopped } from './results.ts';

/** Parts of the load whose speed is compared: the first with the last. */
const parts = 10;

/** In a table: its rows, how many different messageIds they have, and those that come after a later one of their visitor. */
export const countsSql = `SELECT count(*) AS rows, count(DISTINCT message_id) AS ids, count(*) FILTER (sequence <= before) AS out_of_order
  FROM (SELECT message_id, sequence, lag(sequence) OVER (PARTITION BY anonymous_id ORDER BY rowid) AS before FROM raw_events)`;

/** A collector whose warehouse is away until `letIn` is called: a file is where its folder ought to be. */
export const startWithoutWarehouse = async (): Promise<{
  readonly collector: BenchCollector;
  readonly letIn: () => void;
  /** Where the database will be. */
  readonly database: string;
}> => {
  const database = 'stopped/warehouse.duckdb';
  const obstacleIn = (folder: string): string => join(folder, dirname(database));
  const collector = await startCollector({ destinations: [{ type: 'duckdb', path: database }] }, (folder) =>
    writeFileSync(obstacleIn(folder), ''),
  );
  return {
    collector,
    letIn: () => rmSync(obstacleIn(collector.folder)),
    database: join(collector.folder, database),
  };
};

/**
 * The warehouse is stopped while so many events are accepted, then it comes back: the memory meanwhile, whether the speed falls as the
 * backlog grows, and what is in the table afterwards.
 */
export const measureStopped = async (events: number, connections: number): Promise<Stopped> => {
  const { collector, letIn } = await startWithoutWarehouse();
  try {
    const speeds: number[] = [];
    let accepted = 0;
    for (let part = 0; part < parts; part += 1) {
      // Each part has visitors of its own, whose numbers begin anew.
      const figures = await sendLoad({
        port: collector.port, events: 20, connections, total: Math.ceil(events / parts), visitors: part * connections,
      }); // prettier-ignore
      speeds.push(figures.eventsPerSecond);
      accepted += figures.accepted;
    }
    letIn();
    // From the first load on: until the next try it may rest for up to half a minute, by chance.
    const gathered = await collector.waiting();
    let waiting = gathered;
    while (waiting === gathered) waiting = await collector.waiting();
    const began = performance.now();
    await collector.loaded();
    const loadedPerSecond = Math.round((waiting / (performance.now() - began)) * 1000);
    const memory = collector.memory();
    const [counts] = await collector.query<{ rows: string; ids: string; out_of_order: string }>(countsSql);
    if (Number(counts?.rows) !== accepted || Number(counts?.ids) !== accepted)
      throw new Error(
        `accepted ${accepted}, in the table ${counts?.rows}, of these different ${counts?.ids}`,
      );
    return {
      events: accepted,
      firstPerSecond: speeds[0]!,
      lastPerSecond: speeds.at(-1)!,
      memory,
      loadedPerSecond,
      rows: Number(counts?.rows),
      outOfOrder: Number(counts?.out_of_order),
    };
  } finally {
    await collector.discard();
  }
};
