/**
 * Hostile requests against the real collector: events by their schema and bent out of it, and bytes that are no HTTP. Nothing may
 * crash, leak, pollute or be answered otherwise than documented, and the events without a fault that are sent among them arrive once.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from './random.ts';
import { createCollectorProcess } from './collector/process.ts';
import type { CollectorProcess } from './collector/process.ts';
import { createGenerator } from './requests/generate.ts';
import type { Hostile } from './requests/generate.ts';
import { runLane } from './requests/lane.ts';
import { growthOf, readSamples, trendOf } from './requests/memory.ts';
import type { Sample } from './requests/memory.ts';

interface Options {
  /** Requests. */
  readonly rounds: number;
  readonly seed: number;
  readonly log: (line: string) => void;
  /** Threads of the collector that judge bodies; as many as it thinks fit without it. */
  readonly workers?: number | undefined;
}

const keys = { site: 'fuzz-browser-key', till: 'fuzz-till-key' } as const;
const origin = 'http://shop.localhost:3000';
const connections = 32;
const probe = new URL('requests/pollution-probe.mjs', import.meta.url).href;

const configOf = (workers: number | undefined) => ({
  dataDir: './data',
  listen: { host: '127.0.0.1', port: 0 },
  sources: [
    { name: 'site', kind: 'browser', writeKey: keys.site, origins: [origin] },
    { name: 'till', kind: 'server', writeKeySha256: createHash('sha256').update(keys.till).digest('hex') },
  ],
  log: { level: 'info' },
  ...(workers !== undefined && { workers }),
});

/** Requests from which on memory is judged: before, caches still fill. */
const judgedFrom = 100_000;
/** Milliseconds without any progress after which nothing is waited for any more. */
const standstill = 60_000;
/** Looks at the collector's memory in a run. */
const looks = 100;

const words = (samples: readonly Sample[], kind: keyof Sample): string => {
  const { end, rise } = trendOf(samples.map((sample) => sample[kind]));
  return `${kind} ${end.toFixed(0)} MB, in the second half ${rise < 0 ? '' : '+'}${rise.toFixed(1)} MB`;
};

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const proveLoaded = async (collector: CollectorProcess, accepted: ReadonlySet<string>): Promise<string[]> => {
  const faults: string[] = [];
  let books = await collector.books();
  const pending = (): number => books.reduce((sum, line) => sum + line.pending, 0);
  let least = pending();
  let until = Date.now() + standstill;
  while (pending() > 0 && Date.now() < until) {
    await pause(500);
    books = await collector.books();
    if (pending() >= least) continue;
    least = pending();
    until = Date.now() + standstill;
  }
  for (const line of books) {
    if (line.pending > 0 || !line.balanced) faults.push(`the books: ${JSON.stringify(line)}`);
  }
  const [counts] = await collector.query('SELECT count(*), count(DISTINCT message_id) FROM raw_events');
  if (String(counts?.[0]) !== String(counts?.[1]))
    faults.push(`${String(counts?.[0])} rows have ${String(counts?.[1])} messageIds`);
  const loaded = books.reduce((sum, line) => sum + line.loaded, 0);
  if (Number(counts?.[0]) !== loaded)
    faults.push(`the books say ${loaded} loaded, the table has ${String(counts?.[0])}`);
  const found = new Set<string>();
  for (let offset = 0; ; offset += 50_000) {
    const rows = await collector.query(
      `SELECT message_id FROM raw_events WHERE user_id = 'good' ORDER BY message_id LIMIT 50000 OFFSET ${offset}`,
    );
    for (const [id] of rows) found.add(String(id));
    if (rows.length < 50_000) break;
  }
  const lost = [...accepted].filter((id) => !found.has(id)).length;
  if (lost > 0) faults.push(`${lost} of ${accepted.size} good events are lost`);
  return faults;
};

export const run = async ({ rounds, seed, log, workers }: Options): Promise<boolean> => {
  const random = createRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'nitka-fuzz-'));
  const samplesFile = join(folder, 'memory');
  const collector = createCollectorProcess(folder, configOf(workers), [probe], {
    NITKA_FUZZ_SAMPLES: samplesFile,
  });
  const violations = new Map<string, number>();
  const violated = (what: string): void => {
    // Ids and lengths differ; the first of a kind is told in full.
    const kind = what.split(' ← ')[0]!.slice(0, 160);
    if (!violations.has(kind)) log(`BROKEN: ${what.slice(0, 700)}`);
    violations.set(kind, (violations.get(kind) ?? 0) + 1);
  };
  const answers = new Map<string, number>();
  const accepted = new Set<string>();
  const started = Date.now();
  try {
    const end = await collector.start();
    if (end) throw new Error(`the collector did not start: ${end.output}`);
    const generator = createGenerator(random, seed, keys, origin);
    let sent = 0;
    const step = Math.max(1, Math.floor(rounds / looks));
    const next = (): Hostile | null => {
      if (sent >= rounds) return null;
      sent += 1;
      if (sent % step === 0) {
        collector.signal('SIGUSR2');
        const last = readSamples(samplesFile).at(-1);
        const rate = Math.round(sent / ((Date.now() - started) / 1000));
        const share = Math.round((20 * sent) / rounds);
        log(
          `${'█'.repeat(share)}${'░'.repeat(20 - share)} ${sent}/${rounds} · ${rate}/s · heap ${last?.heap.toFixed(0) ?? '?'} MB · resident ${last?.resident.toFixed(0) ?? '?'} MB · violations ${violations.size}`,
        );
      }
      const dice = random.next();
      return dice < 0.06 ? generator.good() : dice < 0.1 ? generator.broken() : generator.sound();
    };
    const lane = (): Promise<void> =>
      runLane(
        {
          port: collector.port,
          next,
          answered({ good, isBroken, what }, { status, body }) {
            const code = status >= 400 ? (/"code":"(\w+)"/.exec(body.toString('latin1'))?.[1] ?? '') : '';
            const kind = `${status} ${code}`.trim();
            answers.set(kind, (answers.get(kind) ?? 0) + 1);
            if (!good || isBroken) return;
            const reply = status === 200 ? (JSON.parse(body.toString('utf8')) as { accepted: number }) : null;
            if (reply?.accepted === good.length) for (const id of good) accepted.add(id);
            else if (status !== 503)
              violated(
                `a good batch was answered with ${status} ${body.toString('latin1', 0, 200)} ← ${what}`,
              );
          },
          violated,
        },
        () => random.between(1, 6),
      );
    await Promise.all(Array.from({ length: connections }, lane));
    for (const { code, signal, output } of collector.surprises())
      violated(`the collector ended with ${code ?? signal}: ${output.slice(-1500)}`);
    for (const line of collector.output().matchAll(/POLLUTED .*/g)) violated(line[0]);
    for (const fault of await proveLoaded(collector, accepted)) violated(fault);
    const samples = readSamples(samplesFile);
    const growth = rounds >= judgedFrom ? growthOf(samples) : null;
    if (growth) violated(growth);
    log('');
    for (const [kind, count] of [...answers].sort(([a], [b]) => a.localeCompare(b)))
      log(`${kind.padEnd(30)} ${String(count).padStart(9)}`);
    log('');
    log(
      `${rounds} requests in ${Math.round((Date.now() - started) / 1000)} s; good events accepted and loaded once: ${accepted.size}; ` +
        `after collection ${words(samples, 'heap')}; ${words(samples, 'resident')}; seed ${seed}; kinds of violations: ${violations.size}`,
    );
    for (const [kind, count] of violations) log(`BROKEN ${count} times: ${kind}`);
    return violations.size === 0 && accepted.size > 0;
  } finally {
    await collector.end('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
};
