/**
 * Hostile requests against the real collector: events by their schema and bent out of it, and bytes that are no HTTP. Nothing may
 * crash, leak, pollute or be answered otherwise than documented, and the events without a fault that are sent among them arrive once.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from './random.ts';
import { createCollectorProcess } from './collector/process.ts';
import type { CollectorProcess } from './collector/process.ts';
import { createGenerator } from './requests/generate.ts';
import type { Hostile } from './requests/generate.ts';
import { runLane } from './requests/lane.ts';

interface Options {
  /** Requests. */
  readonly rounds: number;
  readonly seed: number;
  readonly log: (line: string) => void;
}

const keys = { site: 'fuzz-browser-key', till: 'fuzz-till-key' } as const;
const origin = 'http://shop.localhost:3000';
const connections = 32;
const probe = new URL('requests/pollution-probe.mjs', import.meta.url).href;

const configOf = () => ({
  dataDir: './data',
  listen: { host: '127.0.0.1', port: 0 },
  sources: [
    { name: 'site', kind: 'browser', writeKey: keys.site, origins: [origin] },
    { name: 'till', kind: 'server', writeKeySha256: createHash('sha256').update(keys.till).digest('hex') },
  ],
  log: { level: 'info' },
});

/** Memory of its own, in megabytes: pages of mapped files are the kernel's to take back. */
const memoryOf = (pid: number): number =>
  Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const proveLoaded = async (collector: CollectorProcess, accepted: ReadonlySet<string>): Promise<string[]> => {
  const faults: string[] = [];
  const until = Date.now() + 300_000;
  let books = await collector.books();
  while (books.some(({ pending }) => pending > 0) && Date.now() < until) {
    await pause(500);
    books = await collector.books();
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

export const run = async ({ rounds, seed, log }: Options): Promise<boolean> => {
  const random = createRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'nitka-fuzz-'));
  const collector = createCollectorProcess(folder, configOf(), [probe]);
  const violations = new Map<string, number>();
  const violated = (what: string): void => {
    // Ids and lengths differ; the first of a kind is told in full.
    const kind = what.split(' ← ')[0]!.slice(0, 160);
    if (!violations.has(kind)) log(`BROKEN: ${what.slice(0, 700)}`);
    violations.set(kind, (violations.get(kind) ?? 0) + 1);
  };
  const answers = new Map<string, number>();
  const accepted = new Set<string>();
  const memory: number[] = [];
  const started = Date.now();
  try {
    const end = await collector.start();
    if (end) throw new Error(`the collector did not start: ${end.output}`);
    const generator = createGenerator(random, seed, keys, origin);
    let sent = 0;
    const step = Math.max(1, Math.floor(rounds / 50));
    const next = (): Hostile | null => {
      if (sent >= rounds) return null;
      sent += 1;
      if (sent % step === 0) {
        const pid = collector.pid();
        if (pid) memory.push(memoryOf(pid));
        const rate = Math.round(sent / ((Date.now() - started) / 1000));
        const share = Math.round((20 * sent) / rounds);
        log(
          `${'█'.repeat(share)}${'░'.repeat(20 - share)} ${sent}/${rounds} · ${rate}/s · ${memory.at(-1)?.toFixed(0) ?? '?'} MB · violations ${violations.size}`,
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
    // The first third warms up: code is compiled, caches fill.
    const early = median(memory.slice(Math.floor(memory.length / 3), Math.floor((memory.length * 2) / 3)));
    const late = median(memory.slice(Math.floor((memory.length * 2) / 3)));
    if (rounds >= 100_000 && late > early * 1.25 + 32)
      violated(`memory grew from ${early.toFixed(0)} MB to ${late.toFixed(0)} MB`);
    log('');
    for (const [kind, count] of [...answers].sort(([a], [b]) => a.localeCompare(b)))
      log(`${kind.padEnd(30)} ${String(count).padStart(9)}`);
    log('');
    log(
      `${rounds} requests in ${Math.round((Date.now() - started) / 1000)} s; good events accepted and loaded once: ${accepted.size}; ` +
        `memory in the second third ${early.toFixed(0)} MB, in the last ${late.toFixed(0)} MB; seed ${seed}; kinds of violations: ${violations.size}`,
    );
    for (const [kind, count] of violations) log(`BROKEN ${count} times: ${kind}`);
    return violations.size === 0 && accepted.size > 0;
  } finally {
    await collector.end('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
};
