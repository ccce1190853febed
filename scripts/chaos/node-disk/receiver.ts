import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { adminAddress } from '../../../packages/collector/src/admin/address.ts';
import { askOwner } from '../../../packages/collector/src/admin/client.ts';
import type { LedgerLine } from '../../../packages/collector/src/ledger.ts';
import { startCollector, writeKeys } from '../../../tests/support/collector.ts';

export interface Received {
  /** How many rows each messageId has. */
  readonly copies: ReadonlyMap<string, number>;
  /** Rows whose payload is not what was sent. */
  readonly damaged: number;
  /** Events that came again. */
  readonly repeats: number;
  readonly rejected: number;
  /** Whether the books of every source balance. */
  readonly balanced: boolean;
}

export interface Receiver {
  readonly endpoint: string;
  readonly writeKey: string;
  isRunning(): boolean;
  start(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Waits until all that was accepted is loaded, then asks the warehouse. */
  received(): Promise<Received>;
  close(): Promise<void>;
}

interface RowCount {
  readonly message_id: string;
  readonly copies: string;
  readonly damaged: string;
}

/** Milliseconds until what was accepted must be loaded. */
const patience = 120_000;

/** A real collector with DuckDB that can be killed, always at the same address. */
export const startReceiver = async (): Promise<Receiver> => {
  const collector = await startCollector();
  let isRunning = true;

  const books = async (): Promise<readonly LedgerLine[]> =>
    (await askOwner<LedgerLine[]>(adminAddress(join(collector.folder, 'data')), 'ledger', {}))?.result ?? [];

  /** In pages: a question to the collector is answered with so many rows and no more. */
  const readPage = (after: string): Promise<RowCount[]> =>
    collector.query<RowCount>(
      `SELECT message_id, count(*) AS copies, count(*) FILTER
         (json_extract_string(payload, '$.properties.check') IS DISTINCT FROM 'check ' || message_id) AS damaged
       FROM raw_events WHERE message_id > '${after}' GROUP BY message_id ORDER BY message_id LIMIT 50000`,
    );

  const loaded = async (): Promise<readonly LedgerLine[]> => {
    const end = Date.now() + patience;
    for (;;) {
      const lines = await books();
      if (lines.length > 0 && lines.every(({ pending }) => pending === 0)) return lines;
      if (Date.now() > end) throw new Error(`not loaded in time: ${JSON.stringify(lines)}`);
      await wait(100);
    }
  };

  return {
    endpoint: collector.url,
    writeKey: writeKeys.server,
    isRunning: () => isRunning,
    async start() {
      await collector.restart();
      isRunning = true;
    },
    async kill() {
      isRunning = false;
      await collector.kill('SIGKILL');
    },
    async received() {
      const lines = await loaded();
      const rows: RowCount[] = [];
      for (let page = await readPage(''); page.length > 0; page = await readPage(rows.at(-1)!.message_id)) {
        rows.push(...page);
      }
      const sum = (of: (line: LedgerLine) => number): number =>
        lines.reduce((all, line) => all + of(line), 0);
      return {
        copies: new Map(rows.map(({ message_id: id, copies }) => [id, Number(copies)])),
        damaged: rows.reduce((all, row) => all + Number(row.damaged), 0),
        repeats: sum(({ duplicate }) => duplicate),
        rejected: sum(({ rejected }) => rejected),
        balanced: lines.every(({ balanced }) => balanced),
      };
    },
    close: () => collector.close(),
  };
};
