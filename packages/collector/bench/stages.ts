/**
 * Processor time of each stage an event goes through, microseconds, all threads. Run: pnpm tsx packages/collector/bench/stages.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDuckdb } from '../src/destinations/duckdb.ts';
import { createEnrich } from '../src/enrich.ts';
import { createIngest, parseBody } from '../src/ingest.ts';
import { toRows } from '../src/row.ts';
import { decodeChunk, encodeChunk } from '../src/spool/chunk.ts';
import type { Chunk } from '../src/spool/chunk.ts';
import { createArenas, packedBatch } from '../src/packed-batch.ts';
import { openSpool } from '../src/spool/spool.ts';
import { makeBody } from './bodies.ts';

const perBody = 20;
const bodies = 2000;
const perLoad = 20_000;
const total = perBody * bodies;

const measure = async (name: string, work: () => unknown): Promise<void> => {
  const before = process.cpuUsage();
  const from = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  const perEvent = ((user + system) / total).toFixed(2);
  console.log(
    name.padEnd(34),
    `cpu ${perEvent} µs`,
    `wall ${(((performance.now() - from) * 1000) / total).toFixed(2)} µs`,
  );
};

const folder = mkdtempSync(join(tmpdir(), 'nitka-stages-'));
const raw = Array.from({ length: bodies }, () => Buffer.from(makeBody('nb_bench_key_0000', perBody)));
const source = { name: 'site', kind: 'browser', writeKey: 'nb_bench_key_0000', origins: [] } as const;
const arrival = {
  source,
  receivedAt: Date.now(),
  ip: '203.0.113.7',
  userAgent: 'Mozilla/5.0 Chrome/143',
  serverVisitorId: null,
};
const limits = { eventBytes: 32_768, bodyBytes: 4e6, nesting: 32, waitingBytes: 1e9, freeDiskBytes: 0 };
const chunks: Chunk[] = [];
const keep = { append: async (chunk: Chunk) => (chunks.push(chunk), { duplicates: 0 }) };

for (let round = 0; round < 3; round += 1) {
  console.log(`round ${round + 1}`);
  chunks.length = 0;
  await measure('JSON.parse alone', () => raw.forEach((body) => JSON.parse(body.toString('utf8'))));
  await measure('parseBody', () => raw.forEach((body) => parseBody(body)));
  const ingest = createIngest({ config: { limits }, spool: keep, enrich: createEnrich('truncate') });
  await measure('parseBody + judge + enrich', async () => {
    for (const body of raw) await ingest.batch(parseBody(body), arrival);
  });
  let encoded: Buffer[] = [];
  await measure('encodeChunk', () => (encoded = chunks.map(encodeChunk)));
  const spool = openSpool({ folder: join(folder, `spool${round}`) });
  await measure('spool.append, 32 at a time', async () => {
    for (let at = 0; at < chunks.length; at += 32)
      await Promise.all(chunks.slice(at, at + 32).map((chunk) => spool.append(chunk)));
  });
  await measure('decodeChunk', () => encoded.forEach(decodeChunk));
  await measure('spool.read + toRows', () => toRows(spool.read(1, spool.head()), 1, spool.head()));
  const duckdb = await createDuckdb({ path: join(folder, `w${round}.duckdb`) }, { dataDir: folder });
  await duckdb.open();
  const arenas = createArenas();
  const batchOf = (range: readonly [number, number]) =>
    packedBatch(`stages-${range[0]}`, Date.now(), { spool, arenas }, range);
  const loads = Array.from(
    { length: total / perLoad },
    (_, at) => [1 + at * perLoad, 1 + (at + 1) * perLoad] as const,
  );
  await measure('pages of the spool', () => loads.forEach((range) => [...batchOf(range).pages()]));
  await measure(`duckdb.load, ${perLoad} at a time`, async () => {
    for (const range of loads) await duckdb.load(batchOf(range));
  });
  await duckdb.close();
  await spool.close();
}
rmSync(folder, { recursive: true, force: true });
