/**
 * `pnpm bench tills`: 300 tills against one collector, at ten times 900,000 receipts a day, for a minute. Every call waits until its
 * receipt is on the till's disk; every receipt must be one row of the warehouse.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { startCollector, writeKeys } from '../../tests/support/collector.ts';
import { describeMachine } from '../shared/machine.ts';
import { rewriteBetween } from '../shared/markers.ts';
import { startProgress } from '../shared/progress.ts';
import { markdownTable, terminalTable, type Table } from '../shared/table.ts';

const help = `pnpm bench tills [options]

  --tills <n>      (300)
  --rate <n>       receipts a second, all tills together (104: ten times 900,000 a day)
  --seconds <n>    (60)
  --no-write       only print`;

const { values } = parseArgs({
  options: {
    tills: { type: 'string', default: '300' },
    rate: { type: 'string', default: '104' },
    seconds: { type: 'string', default: '60' },
    'no-write': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

interface Made {
  readonly made: number;
  /** Milliseconds. */
  readonly took: number;
  /** Milliseconds of each durable call. */
  readonly durable: readonly number[];
  /** Milliseconds of a bare write and fdatasync of 1 KiB beside them. */
  readonly bare: readonly number[];
  /** Transactions of all queues that were flushed to the disk. */
  readonly commits: number;
  readonly pending: number;
  readonly errors: number;
  readonly rss: number;
}

/** Milliseconds. */
interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

const quantiles = (all: readonly number[]): Quantiles => {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN) * 10) /
    10;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
};

const measure = async (tills: number, rate: number, seconds: number) => {
  const progress = startProgress(3);
  // As an operator has it, not as tests do: with the loader's own delays.
  const collector = await startCollector({ config: { loader: {} } });
  const folder = await mkdtemp(join(tmpdir(), 'nitka-tills-'));
  try {
    progress.step('the collector is ready');
    const program = fileURLToPath(new URL('program.mjs', import.meta.url));
    const args = [program, collector.url, writeKeys.server, folder, ...[tills, rate, seconds].map(String)];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      maxBuffer: 2 ** 28,
      // Each till is a process of its own in life; here they would queue for the four threads of one.
      env: { ...process.env, UV_THREADPOOL_SIZE: '32' },
    });
    const made = JSON.parse(stdout) as Made;
    progress.step(`${made.made} receipts made`);
    const receipts = "FROM raw_events WHERE event = 'Order Completed'";
    await collector.eventually<{ n: string }>(
      `SELECT count(*) AS n ${receipts}`,
      ([row]) => Number(row?.n) >= made.made,
    );
    const rows = await collector.query<{ message_id: string; delay: string }>(
      `SELECT message_id, epoch_ms(loaded_at) - epoch_ms(original_timestamp) AS delay ${receipts} LIMIT 100000`,
    );
    progress.step('all are rows');
    return {
      date: new Date().toISOString().slice(0, 10),
      machine: describeMachine(),
      tills,
      seconds,
      asked: rate,
      rate: Math.round((made.made / made.took) * 10_000) / 10,
      receipts: made.made,
      rows: rows.length,
      twice: rows.length - new Set(rows.map(({ message_id: id }) => id)).size,
      commitsPerReceipt: Math.round((made.commits / made.made) * 100) / 100,
      pending: made.pending,
      errors: made.errors,
      rss: Math.round(made.rss / 1024),
      durable: quantiles(made.durable),
      bare: quantiles(made.bare),
      toRow: quantiles(rows.map(({ delay }) => Number(delay))),
    };
  } finally {
    progress.done();
    await collector.close();
    await rm(folder, { recursive: true, force: true });
  }
};

type Results = Awaited<ReturnType<typeof measure>>;

const tableOf = ({ durable, bare, toRow }: Results): Table => ({
  head: ['milliseconds', 'p50', 'p95', 'p99', 'most', 'to reach: p99'],
  rows: [
    ['durable call', ...Object.values(durable).map(String), '≤ 50'],
    ['bare write and fdatasync', ...Object.values(bare).map(String), ''],
    ['event to row', ...Object.values(toRow).map(String), '< 5000'],
  ],
});

const sentence = (results: Results): string => {
  const { date, machine, tills, seconds, rate, receipts, rows, twice, errors, commitsPerReceipt } = results;
  return (
    `${date}, Node ${machine.node} on ${machine.cores} × ${machine.processor}: ${tills} tills, each with a disk queue of its own, ` +
    `${rate} receipts a second for ${seconds} s; ${receipts} receipts, ${rows} rows, ${twice} twice, ${errors} errors; ${commitsPerReceipt} transactions of the queues for a receipt.`
  );
};

if (values.help) {
  console.log(help);
} else {
  const results = await measure(Number(values.tills), Number(values.rate), Number(values.seconds));
  process.stdout.write(`${sentence(results)}\n\n${terminalTable(tableOf(results))}\n`);
  const isWhole = results.rows === results.receipts && results.twice === 0 && results.pending === 0;
  const isQuick = results.durable.p99 <= 50 && results.toRow.p99 < 5000;
  if (!isWhole) console.error('receipts are missing, twice or left behind');
  if (!isQuick) console.error('slower than what is to be reached');
  if (!isWhole || !isQuick) process.exitCode = 1;
  if (!values['no-write']) {
    const folder = new URL('results/', import.meta.url);
    await mkdir(folder, { recursive: true });
    await writeFile(new URL('latest.json', folder), `${JSON.stringify(results, null, 2)}\n`);
    const docs = new URL('../../docs/node.md', import.meta.url);
    await rewriteBetween(docs, 'bench:tills', `${sentence(results)}\n\n${markdownTable(tableOf(results))}`);
  }
}
