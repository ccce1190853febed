/**
 * The collector beside a bare fastify route that parses the same bodies, each in a process of its own, loaded from a third.
 * Run: pnpm tsx packages/collector/bench/collector.ts [--seconds 10] [--events 20] [--connections 32]
 */
import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    events: { type: 'string', default: '20' },
    connections: { type: 'string', default: '32' },
    only: { type: 'string' },
    profile: { type: 'boolean', default: false },
  },
});
const writeKey = 'nb_bench_key_0000';
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const start = (command: string[]): Promise<{ child: ChildProcess; port: number }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const port = /127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port) resolve({ child, port: Number(port) });
    });
  });

const load = (
  port: number,
  path: string,
  seconds = Number(values.seconds),
): Promise<Record<string, number>> =>
  new Promise((resolve, reject) => {
    const task = {
      port,
      path,
      writeKey,
      events: Number(values.events),
      seconds,
      connections: Number(values.connections),
    };
    const child = fork(here('load.ts'), [JSON.stringify(task)], { execArgv: ['--import', 'tsx'] });
    child.once('message', (figures) => resolve(figures as Record<string, number>)).once('error', reject);
  });

const rss = (pid: number, field: string): number => {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`${field}:\\s+(\\d+) kB`));
  return Math.round(Number(line?.[1] ?? 0) / 1024);
};

/** Microseconds of processor time, all threads: unlike the clock it hardly minds what else the machine does. */
const cpu = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
};

const metric = async (port: number, name: string): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:{[^}]*})? (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);
};

/** Seconds. The compiler of V8 needs some. */
const warmUp = 3;

const loaded = async (port: number): Promise<void> => {
  while ((await metric(port, 'nitka_destination_waiting')) > 0)
    await new Promise((resolve) => setTimeout(resolve, 50));
};

const bare = async (): Promise<void> => {
  const { child, port } = await start(['--import', 'tsx', here('bare.ts')]);
  await load(port, '/v1/batch', warmUp);
  const before = cpu(child.pid ?? 0);
  const figures = await load(port, '/v1/batch');
  const events = (figures['requests'] ?? 0) * Number(values.events);
  const cpuMicrosecondsPerEvent = Number(((cpu(child.pid ?? 0) - before) / events).toFixed(2));
  console.log('bare', JSON.stringify({ ...figures, cpuMicrosecondsPerEvent }));
  child.kill();
};

const collector = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'nitka-bench-'));
  const config = join(folder, 'nitka.json');
  const sources = [{ name: 'site', kind: 'browser', writeKey }];
  writeFileSync(config, JSON.stringify({ listen: { port: 0 }, sources, log: { level: 'info' } }));
  const flags = values.profile ? ['--cpu-prof', '--cpu-prof-dir', folder] : [];
  const { child, port } = await start([...flags, process.env.NITKA_MAIN ?? here('../dist/main.js'), 'start', '--config', config]);
  await load(port, '/v1/batch', warmUp);
  await loaded(port);
  const from = performance.now();
  const before = cpu(child.pid ?? 0);
  const figures = await load(port, '/v1/batch');
  const answered = cpu(child.pid ?? 0) - before;
  const atEnd = await metric(port, 'nitka_destination_waiting');
  await loaded(port);
  const rows = (figures['requests'] ?? 0) * Number(values.events);
  const perEvent = (used: number): number => Number((used / rows).toFixed(2));
  const processor = {
    cpuAtLastAnswer: perEvent(answered),
    cpuWithLoad: perEvent(cpu(child.pid ?? 0) - before),
  };
  const memory = {
    rssMb: rss(child.pid ?? 0, 'VmRSS'),
    peakMb: rss(child.pid ?? 0, 'VmHWM'),
    ownMb: rss(child.pid ?? 0, 'RssAnon'),
  };
  const rowsPerSecond = Math.round((rows / (performance.now() - from)) * 1000);
  console.log(
    'collector',
    JSON.stringify({ ...figures, waitingAtEnd: atEnd, rowsPerSecond, ...processor, ...memory }),
  );
  child.kill();
  await new Promise((resolve) => child.once('exit', resolve));
  if (values.profile) console.log('profile in', folder);
  else rmSync(folder, { recursive: true, force: true });
};

if (values.only !== 'collector') await bare();
if (values.only !== 'bare') await collector();
