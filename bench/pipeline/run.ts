import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { installDrawing } from '../collector/install.ts';
import { sendLoad, startBare } from '../collector/processes.ts';
import { measureSync } from '../collector/sync.ts';
import { describeMachine } from '../shared/machine.ts';
import { startProgress } from '../shared/progress.ts';
import { measureBacklog } from './backlog.ts';
import { measureGrowth } from './growth.ts';
import { measurePipeline } from './measure.ts';
import type { Backlog, Destination, GrowthStep, PipelineRound, Results } from './results.ts';

const help = `pnpm bench pipeline [options]

From HTTP to the rows of a warehouse. ClickHouse and PostgreSQL are measured if NITKA_TEST_CLICKHOUSE and
NITKA_TEST_POSTGRES name servers.

  --rounds <n>       all in turn (2)
  --seconds <n>      of a round (12)
  --connections <n>  each with one request at a time (640)
  --growth <n>       rows in the table at the first step; ten and a hundred times as many at the next (10000; 0: none)
  --backlog <n>      only this: a warehouse that is stopped while so many events come in, with the memory over time
  --no-write         only print
  --report-only      tables and picture from the newest results`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '12' },
    connections: { type: 'string', default: '640' },
    growth: { type: 'string', default: '10000' },
    backlog: { type: 'string', default: '0' },
    'no-write': { type: 'boolean', default: false },
    'report-only': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const newest = new URL('results/latest.json', import.meta.url);
const newestBacklog = new URL('results/backlog.json', import.meta.url);

const servers = [
  { label: 'ClickHouse', type: 'clickhouse', url: process.env['NITKA_TEST_CLICKHOUSE'] },
  { label: 'PostgreSQL', type: 'postgres', url: process.env['NITKA_TEST_POSTGRES'] },
];

/** Tables of their own for each use. */
const destinations = (use: string): Destination[] => [
  { label: 'DuckDB', config: { type: 'duckdb' } },
  ...servers.flatMap(({ label, type, url }) => {
    const own = `nitka_bench_${Date.now().toString(36)}_${use}`;
    if (!url) return [];
    return [{ label, config: { type, url, ...(type === 'postgres' ? { schema: own } : { database: own }) } }];
  }),
];

const measureAll = async (): Promise<Results> => {
  const rounds = Number(values.rounds);
  const seconds = Number(values.seconds);
  const connections = Number(values.connections);
  const chosen = destinations('pipeline');
  const steps = Number(values.growth) > 0 ? [1, 10, 100].map((times) => times * Number(values.growth)) : [];
  const growing = steps.length > 0 ? destinations('growth') : [];
  const progress = startProgress(rounds * (chosen.length + 1) + 1 + growing.length);
  const disk = measureSync(20, connections, 3);
  progress.step('write and fdatasync');
  const bare: number[] = [];
  const found: PipelineRound[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const server = await startBare();
    await sendLoad({ port: server.port, events: 20, connections, seconds: 3 });
    bare.push((await sendLoad({ port: server.port, events: 20, connections, seconds })).eventsPerSecond);
    await server.stop();
    progress.step(`round ${round}: bare route`);
    for (const destination of chosen) {
      found.push(await measurePipeline(destination, seconds, connections));
      progress.step(`round ${round}: ${destination.label}`);
    }
  }
  const growth: GrowthStep[] = [];
  for (const destination of growing) {
    growth.push(...(await measureGrowth(destination, steps)));
    progress.step(`growth: ${destination.label}`);
  }
  progress.done();
  const skipped = servers.filter(({ url }) => !url).map(({ label }) => label);
  const date = new Date().toISOString().slice(0, 10);
  return {
    date,
    machine: describeMachine(),
    seconds,
    connections,
    bare,
    disk,
    rounds: found,
    growth,
    skipped,
  };
};

const keep = async (file: URL, results: Results | Backlog): Promise<void> => {
  await mkdir(new URL('results/', import.meta.url), { recursive: true });
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
};
const read = async <T>(file: URL): Promise<T> => JSON.parse(await readFile(file, 'utf8')) as T;
const tell = (files: readonly string[]): void => {
  for (const file of files) process.stderr.write(`written: ${file}\n`);
};

const runBacklog = async (events: number): Promise<void> => {
  const { backlogReport, writeBacklog } = await import('./backlog-report.ts');
  const results = values['report-only']
    ? await read<Backlog>(newestBacklog)
    : await measureBacklog(events, Number(values.connections), ({ second, waiting, anonymous, mapped }) =>
        process.stderr.write(`${second} s: ${waiting} wait, ${anonymous} MiB own, ${mapped} MiB mapped\n`),
      );
  process.stdout.write(`${backlogReport(results)}\n`);
  if (values['no-write']) return;
  await keep(newestBacklog, results);
  tell(await writeBacklog(results));
};

const runPipeline = async (): Promise<void> => {
  // Only now: it imports what has just been installed.
  const { terminalReport, writeReport } = await import('./report.ts');
  const results = values['report-only'] ? await read<Results>(newest) : await measureAll();
  process.stdout.write(`${terminalReport(results)}\n`);
  for (const label of results.skipped) console.log(`${label}: skipped, no server is named`);
  if (values['no-write']) return;
  await keep(newest, results);
  tell(await writeReport(results));
};

if (values.help) console.log(help);
else if (Number(values.backlog) > 0) await runBacklog(Number(values.backlog));
else {
  installDrawing();
  await runPipeline();
}
