import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from '../shared/machine.ts';
import { startProgress } from '../shared/progress.ts';
import { measureEnd, measureOutage, measureThroughput, startServer } from './measure.ts';
import type { Results, SubjectResults } from './results.ts';
import { subjects, type Subject } from './subjects.ts';

const help = `pnpm bench node [options]

  --rounds <n>      of the throughput, all libraries in turn (3)
  --calls <n>       of a round (100000)
  --only <names>    comma separated: ${subjects.map(({ file }) => file).join(',')}
  --no-write        only print
  --report-only     tables and picture from the newest results`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    calls: { type: 'string', default: '100000' },
    only: { type: 'string' },
    'no-write': { type: 'boolean', default: false },
    'report-only': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const folder = new URL('./', import.meta.url);
const newest = new URL('results/latest.json', folder);
const outageCalls = 200_000;
/** With default settings some send each call by itself: fewer tell the same. */
const standardCalls = 20_000;

/** Outside the workspace on purpose: nobody else installs other people's trackers. */
const installPeers = (): void => {
  if (existsSync(new URL('node_modules/.modules.yaml', folder))) return;
  process.stderr.write('installing the libraries to compare with …\n');
  const { status } = spawnSync('pnpm', ['install', '--ignore-workspace', '--frozen-lockfile'], {
    cwd: fileURLToPath(folder),
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('pnpm install failed in bench/node');
};

const versionOf = async ({ package: name }: Subject): Promise<string> => {
  const file = name.startsWith('@nitka/')
    ? '../../packages/sdk-node/package.json'
    : `node_modules/${name}/package.json`;
  return (JSON.parse(await readFile(new URL(file, folder), 'utf8')) as { version: string }).version;
};

const measureAll = async (chosen: readonly Subject[], rounds: number, calls: number): Promise<Results> => {
  const server = await startServer();
  const progress = startProgress(chosen.length * (rounds + 5));
  const all: SubjectResults[] = [];
  for (const { label, ...subject } of chosen) {
    all.push({
      label,
      version: await versionOf({ label, ...subject }),
      tuned: [],
      standard: [],
      failures: [],
    });
  }
  /** One library after the other, so that the machine's other work meets them all. */
  const each = async (
    what: string,
    measure: (file: string, of: SubjectResults) => Promise<void>,
  ): Promise<void> => {
    for (const [index, { file, label }] of chosen.entries()) {
      const of = all[index]!;
      // What hung once in this measure is not waited for again.
      if (of.failures.some((text) => text.startsWith(`${what.replace(/ \d+$/, '')} `))) continue;
      await measure(file, of).catch((error: unknown) =>
        of.failures.push(`${what}: ${(error as Error).message}`),
      );
      progress.step(`${what}: ${label}`);
    }
  };
  try {
    for (let round = 1; round <= rounds; round++) {
      await each(`throughput ${round}`, async (file, of) => {
        of.tuned.push(await measureThroughput(server, file, calls, 'tuned'));
      });
    }
    await each('default settings', async (file, of) => {
      of.standard.push(await measureThroughput(server, file, standardCalls, 'standard'));
    });
    await each(
      'outage',
      async (file, of) => void (of.outage = await measureOutage(server, file, outageCalls)),
    );
    await each('exit', async (file, of) => void (of.exit = await measureEnd(server, file, 'exit', 100)));
    await each(
      'SIGTERM',
      async (file, of) => void (of.sigterm = await measureEnd(server, file, 'sigterm', 100)),
    );
    await each('kill -9', async (file, of) => void (of.kill = await measureEnd(server, file, 'kill', 1000)));
  } finally {
    progress.done();
    server.close();
  }
  const date = new Date().toISOString().slice(0, 10);
  return { date, machine: describeMachine(), calls, standardCalls, outageCalls, rounds, subjects: all };
};

if (values.help) {
  console.log(help);
} else {
  installPeers();
  // Only now: these import what has just been installed.
  const { terminalReport, writeReport } = await import('./report.ts');
  const names = values.only?.split(',');
  const chosen = subjects.filter(({ file }) => !names || names.includes(file));
  const results = values['report-only']
    ? (JSON.parse(await readFile(newest, 'utf8')) as Results)
    : await measureAll(chosen, Number(values.rounds), Number(values.calls));
  process.stdout.write(`${terminalReport(results)}\n`);
  for (const { label, failures } of results.subjects)
    for (const text of failures) console.log(`${label}: ${text}`);
  if (!values['no-write']) {
    await mkdir(new URL('results/', folder), { recursive: true });
    await writeFile(newest, `${JSON.stringify(results, null, 2)}\n`);
    for (const file of await writeReport(results)) process.stderr.write(`written: ${file}\n`);
  }
}
