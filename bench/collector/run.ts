import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { installDrawing } from './install.ts';
import { describeMachine } from '../shared/machine.ts';
import { startProgress } from '../shared/progress.ts';
import { parseArgs } from 'node:util';
import { measureHistory } from './history.ts';
import { sendLoad, startBare, startCollector } from './processes.ts';
import type { BenchCollector, ProcessorTime } from './processes.ts';
import { subjects } from './results.ts';
import type { Results, Round } from './results.ts';
import { measureStopped, startWithoutWarehouse } from './stopped.ts';
import { measureSync } from './sync.ts';

const help = `pnpm bench collector [options]

  --rounds <n>       all in turn (3)
  --seconds <n>      of a round (6)
  --workers <n>      of the collector that has some (1)
  --connections <n>  each with one request at a time (256)
  --history <n>      ids that are known at the first step; ten and a hundred times as many at the next (20000)
  --stopped <list>   events that come in while the warehouse is stopped (50000,500000)
  --no-write         only print
  --report-only      tables and picture from the newest results`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
    workers: { type: 'string', default: '1' },
    connections: { type: 'string', default: '256' },
    history: { type: 'string', default: '20000' },
    stopped: { type: 'string', default: '50000,500000' },
    'no-write': { type: 'boolean', default: false },
    'report-only': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const folder = new URL('./', import.meta.url);
const newest = new URL('results/latest.json', folder);
/**
 * Seconds before each measurement. V8 compiles what it has seen often, and it goes on doing so for long: after one load of 3 seconds a
 * quarter of the collector's processor time was still the compiler's. It begins anew when all connections end at once, hence two loads.
 */
const warmUps = [4, 4];
const bodies = [1, 20];

const measureRound = async (
  subject: Round['subject'],
  events: number,
  seconds: number,
  connections: number,
): Promise<Round> => {
  const bare = subject === 'bare' ? await startBare() : null;
  const workers = subject === 'workers' ? Number(values.workers) : 0;
  const isLoading = subject !== 'acknowledged';
  const start = async (): Promise<BenchCollector> =>
    isLoading ? startCollector({ workers }) : (await startWithoutWarehouse()).collector;
  const collector = bare ? null : await start();
  const server = (bare ?? collector)!;
  try {
    for (const warmUp of warmUps) {
      await sendLoad({ port: server.port, events, connections, seconds: warmUp });
      if (isLoading) await collector?.loaded();
    }
    const before = server.processorTime();
    const figures = await sendLoad({ port: server.port, events, connections, seconds });
    const after = server.processorTime();
    const perEvent = (part: keyof ProcessorTime): number =>
      Number(((after[part] - before[part]) / figures.accepted).toFixed(2));
    const cpuPerEvent = { main: perEvent('main'), all: perEvent('all') };
    return { subject, events, ...figures, memory: server.memory(), cpuPerEvent };
  } finally {
    if (collector) await collector.discard();
    else await bare?.stop();
  }
};

const measureAll = async (): Promise<Results> => {
  const rounds = Number(values.rounds);
  const seconds = Number(values.seconds);
  const connections = Number(values.connections);
  const histories =
    Number(values.history) > 0 ? [1, 10, 100].map((times) => times * Number(values.history)) : [];
  const backlogs = values.stopped
    .split(',')
    .map(Number)
    .filter((events) => events > 0);
  const progress = startProgress(
    rounds * bodies.length * subjects.length + 4 + histories.length * 2 + backlogs.length,
  );
  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    connections,
    seconds,
    workers: Number(values.workers),
    rounds: [],
    disk: [],
    history: [],
    stopped: [],
  };
  const found = results as { -readonly [K in keyof Results]: Results[K] };
  for (const events of bodies) {
    for (const together of [1, connections]) {
      found.disk = [
        ...found.disk,
        { events, together, ...measureSync(events, together, Math.min(seconds, 3)) },
      ];
      progress.step(`write and fdatasync, ${events} × ${together}`);
    }
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const events of bodies) {
      for (const subject of subjects) {
        found.rounds = [...found.rounds, await measureRound(subject, events, seconds, connections)];
        progress.step(`round ${round}: ${subject}, ${events} events a body`);
      }
    }
  }
  for (const ids of ['version 7', 'version 4'] as const) {
    const steps = await measureHistory(ids, histories, (step) =>
      progress.step(`${step.known} ids of ${ids} known`),
    );
    found.history = [...found.history, ...steps];
  }
  for (const events of backlogs) {
    found.stopped = [...found.stopped, await measureStopped(events, connections)];
    progress.step(`warehouse stopped for ${events} events`);
  }
  progress.done();
  return found;
};

if (values.help) {
  console.log(help);
} else {
  installDrawing();
  if (!process.env['NITKA_MAIN'] && !existsSync(new URL('../../packages/collector/dist/main.js', folder)))
    throw new Error('packages/collector/dist is not there: pnpm build collector');
  // Only now: it imports what has just been installed.
  const { terminalReport, writeReport } = await import('./report.ts');
  const results = values['report-only']
    ? (JSON.parse(await readFile(newest, 'utf8')) as Results)
    : await measureAll();
  process.stdout.write(`${terminalReport(results)}\n`);
  if (!values['no-write']) {
    await mkdir(new URL('results/', folder), { recursive: true });
    await writeFile(newest, `${JSON.stringify(results, null, 2)}\n`);
    for (const file of await writeReport(results)) process.stderr.write(`written: ${file}\n`);
  }
}
