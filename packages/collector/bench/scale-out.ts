/**
 * One collector in front of Kafka, then one loader behind it: events acknowledged a second, rows loaded a second, bytes an event.
 * Run: NITKA_TEST_KAFKA=host:port [NITKA_TEST_POSTGRES=postgres://…] pnpm tsx packages/collector/bench/scale-out.ts [--seconds 15]
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as kafka from '@platformatic/kafka';
import { v7 } from 'uuid';
import { parseConfig } from '../src/config-file.ts';
import { readKafkaBooks } from '../src/kafka/books-report.ts';
import { createCluster } from '../src/kafka/cluster.ts';
import { openKafkaCollector } from '../src/kafka/open-collector.ts';
import { boundsOf, readBatches } from '../src/kafka/partition-log.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '15' },
    connections: { type: 'string', default: '32' },
    partitions: { type: 'string', default: '6' },
    compression: { type: 'string', default: 'none' },
  },
});
const broker = process.env['NITKA_TEST_KAFKA'] ?? '';
const postgres = process.env['NITKA_TEST_POSTGRES'];
const writeKey = 'nb_bench_key_0000';
const folder = mkdtempSync(join(tmpdir(), 'nitka-bench-'));
const state = `bench-${randomBytes(4).toString('hex')}`;
const address = { brokers: [broker], tls: false, sasl: null, timeoutSeconds: 30 };

const configOf = (role: string, group: string, destination: object) =>
  parseConfig(
    {
      role,
      listen: { port: 0 },
      log: { level: 'error' },
      sources: [{ name: 'site', kind: 'browser', writeKey, origins: ['*'] }],
      destinations: [destination],
      spool: {
        kafka: {
          brokers: [broker],
          topic: `${state}-spool`,
          cursorsTopic: `${state}-cursors`,
          group,
          create: { partitions: Number(values.partitions), replicas: 1 },
          minInsyncReplicas: 1,
          compression: values.compression,
        },
      },
    },
    join(folder, `${role}-${group}`),
  );

const bodyOf = (events: number): string => {
  const anonymousId = v7();
  const now = new Date().toISOString();
  const batch = Array.from({ length: events }, (_, index) => ({
    type: 'track',
    messageId: v7(),
    anonymousId,
    event: 'Product Viewed',
    timestamp: now,
    properties: {
      product_id: `p-${index}`,
      price: 1999.9,
      currency: 'RUB',
      category: 'Flats',
      name: 'Квартира',
    },
    context: {
      sessionId: anonymousId,
      sequence: index + 1,
      library: { name: 'nitka-browser', version: '0.1.0' },
      page: { path: '/flats/2', url: 'https://shop.example/flats/2', title: 'Flats', referrer: '' },
      campaign: { source: 'yandex', medium: 'cpc' },
    },
  }));
  return JSON.stringify({ writeKey, sentAt: now, batch });
};

const agent = new Agent({ keepAlive: true, maxSockets: Number(values.connections) });
const post = (port: number, body: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'text/plain' };
    const outgoing = request(
      { agent, port, host: '127.0.0.1', path: '/v1/batch', method: 'POST', headers },
      (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)),
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });

const send = async (port: number, events: number): Promise<Record<string, number>> => {
  const until = performance.now() + Number(values.seconds) * 1000;
  const times: number[] = [];
  const from = performance.now();
  const lanes = Array.from({ length: Number(values.connections) }, async () => {
    while (performance.now() < until) {
      const body = bodyOf(events);
      const began = performance.now();
      if ((await post(port, body)) !== 200) throw new Error('refused');
      times.push(performance.now() - began);
    }
  });
  await Promise.all(lanes);
  const seconds = (performance.now() - from) / 1000;
  times.sort((a, b) => a - b);
  const at = (part: number): number => Math.round(times[Math.floor(times.length * part)] ?? 0);
  const sum = times.length * events;
  return {
    eventsABody: events,
    events: sum,
    eventsPerSecond: Math.round(sum / seconds),
    p50: at(0.5),
    p99: at(0.99),
  };
};

const bytesInTopic = async (): Promise<{ messages: number; bytes: number }> => {
  const cluster = createCluster(kafka, address);
  let messages = 0;
  let bytes = 0;
  for (let partition = 0; partition < Number(values.partitions); partition += 1) {
    const bounds = await boundsOf(cluster, `${state}-spool`, partition);
    for (const batch of await readBatches(cluster, `${state}-spool`, partition, bounds)) {
      messages += batch.records.length;
      bytes += batch.length + kafka.BATCH_HEAD;
    }
  }
  await cluster.close();
  return { messages, bytes };
};

const drain = async (group: string, destination: object): Promise<Record<string, number | string>> => {
  const config = configOf('loader', group, destination);
  const [before] = await readKafkaBooks(config);
  const loader = await openKafkaCollector(config);
  const from = performance.now();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const [line] = await readKafkaBooks(config);
    if (line?.pending === 0) break;
  }
  const seconds = (performance.now() - from) / 1000;
  const [line] = await readKafkaBooks(config);
  await loader.close();
  const rows = line?.loaded ?? 0;
  return {
    destination: group,
    waited: before?.pending ?? 0,
    rows,
    rowsPerSecond: Math.round(rows / seconds),
  };
};

const results: object[] = [];
try {
  const http = await openKafkaCollector(configOf('http', 'none', { type: 'duckdb' }));
  const port = await http.listen();
  for (const events of [1, 20]) results.push(await send(port, events));
  await http.close();
  const { messages, bytes } = await bytesInTopic();
  const events = results.reduce((sum: number, each) => sum + (each as { events: number }).events, 0);
  results.push({ events, messages, bytesAnEvent: Math.round(bytes / events) });
  results.push(await drain('duckdb', { type: 'duckdb', path: join(folder, 'warehouse.duckdb') }));
  if (postgres)
    results.push(
      await drain('postgres', { type: 'postgres', url: postgres, schema: state.replace('-', '_') }),
    );
  console.log(JSON.stringify(results, null, 2));
} finally {
  agent.destroy();
  rmSync(folder, { recursive: true, force: true });
}
