import { Agent, request } from 'node:http';
import { makeBody } from './bodies.ts';

interface Task {
  readonly port: number;
  readonly path: string;
  readonly writeKey: string;
  readonly events: number;
  readonly seconds: number;
  readonly connections: number;
}

const task = JSON.parse(process.argv[2] ?? '{}') as Task;
const agent = new Agent({ keepAlive: true, maxSockets: task.connections });
const template = makeBody(task.writeKey, task.events);
/** A fresh body costs as much as the collector's own work: only the ids are changed, in place. */
const bytes = Buffer.from(template);
const idPlaces = [...template.matchAll(/"messageId":"/g)].map(
  ({ index }) => Buffer.byteLength(template.slice(0, index)) + 13,
);
let counter = Math.floor(Date.now() % 1e9) * 1000;

const nextBody = (): Buffer => {
  const body = Buffer.from(bytes);
  for (const place of idPlaces) {
    counter += 1;
    // The low 12 hex digits of the UUID.
    body.write(counter.toString(16).padStart(12, '0'), place + 24, 'latin1');
  }
  return body;
};

const send = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        port: task.port,
        host: '127.0.0.1',
        path: task.path,
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
      },
      (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)),
    );
    outgoing.on('error', reject);
    outgoing.end(nextBody());
  });

const run = async (): Promise<void> => {
  const end = Date.now() + task.seconds * 1000;
  const latencies: number[] = [];
  let failed = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: task.connections }, async () => {
      while (Date.now() < end) {
        const from = performance.now();
        if ((await send()) !== 200) failed += 1;
        latencies.push(performance.now() - from);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (part: number): number =>
    Number((latencies[Math.floor(latencies.length * part)] ?? 0).toFixed(1));
  const ok = latencies.length - failed;
  process.send?.({
    requests: ok,
    failed,
    eventsPerSecond: Math.round((ok * task.events) / seconds),
    p50: at(0.5),
    p99: at(0.99),
  });
};

await run();
agent.destroy();
