import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { installDrawing } from '../collector/install.ts';
import { sendLoad, startBare } from '../collector/processes.ts';
import { measureSync } from '../collector/sync.ts';
import { describeMachine } from '../shared/machine.ts';
import { startProgress } from '../shared/progress.ts';
import { measurePipeline } from './measure.ts';
import type { Destination, PipelineRound, Results } from './results.ts';

const help = `pnpm bench pipeline [options]

From HTTP to the rows of a warehouse. ClickHouse and PostgreSQL are measured if NITKA_TEST_CLICKHOUSE and
NITKA_TEST_POSTGRES name servers.

  --rounds <n>       all in turn (2)
  --seconds <n>      of a round (10)
  --connections <n>  each with one request at a time (256)
  --no-write         only print
  --report-only      tables and picture from the newest results`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '256' },
    'no-write': { type: 'boolean', default: false },
    'report-only': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const newest = new URL('results/latest.json', import.meta.url);

const servers = [
  { label: 'ClickHouse', type: 'clickhouse', url: process.env['NITKA_TEST_CLICKHOUSE'] },
  { label: 'PostgreSQL', type: 'postgres', url: process.env['NITKA_TEST_POSTGRES'] },
];

const destinations = (): Destination[] => [
  { label: 'DuckDB', config: { type: 'duckdb' } },
  ...servers.flatMap(({ label, type, url }) => {
    const own = `nitka_bench_${Date.now().toString(36)}`;
    if (!url) return [];
    return [{ label, config: { type, url, ...(type === 'postgres' ? { schema: own } : { database: own }) } }];
  }),
];

const measureAll = async (): Promise<Results> => {
  const rounds = Number(values.rounds);
  const seconds = Number(values.seconds);
  const connections = Number(values.connections);
  const chosen = destinations();
  const progress = startProgress(rounds * (chosen.length + 1) + 1);
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
  progress.done();
  const skipped = servers.filter(({ url }) => !url).map(({ label }) => label);
  const date = new Date().toISOString().slice(0, 10);
  return { date, machine: describeMachine(), seconds, connections, bare, disk, rounds: found, skipped };
};

if (values.help) {
  console.log(help);
} else {
  installDrawing();
  // Only now: it imports what has just been installed.
  const { terminalReport, writeReport } = await import('./report.ts');
  const results = values['report-only']
    ? (JSON.parse(await readFile(newest, 'utf8')) as Results)
    : await measureAll();
  process.stdout.write(`${terminalReport(results)}\n`);
  for (const label of results.skipped) console.log(`${label}: skipped, no server is named`);
  if (!values['no-write']) {
    await mkdir(new URL('results/', import.meta.url), { recursive: true });
    await writeFile(newest, `${JSON.stringify(results, null, 2)}\n`);
    for (const file of await writeReport(results)) process.stderr.write(`written: ${file}\n`);
  }
}
