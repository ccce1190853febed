/**
 * A process of its own that sends batches over plain sockets, one request at a time on each connection: a client library costs as much
 * processor time as the server. Each connection is one visitor; sequence numbers rise by one with each event.
 */
import { connect } from 'node:net';
import { makeBody } from '../../packages/collector/bench/bodies.ts';

export interface LoadTask {
  readonly port: number;
  readonly writeKey: string;
  /** In one body. */
  readonly events: number;
  readonly connections: number;
  /** Ends after so long, or after so many events. */
  readonly seconds?: number;
  readonly total?: number;
  /** The number of the first visitor. @default 0 */
  readonly visitors?: number;
  /** Events a second to offer at most; without it the next request follows the answer. */
  readonly rate?: number;
}

export interface LoadFigures {
  readonly accepted: number;
  readonly refused: number;
  readonly eventsPerSecond: number;
  /** Milliseconds from the request's first byte to the answer's last. */
  readonly p50: number;
  readonly p99: number;
}

const task = JSON.parse(process.argv[2] ?? '{}') as LoadTask;
const visitor = (index: number): string =>
  `019a0000-0000-7000-8000-${(0x1000 + (task.visitors ?? 0) + index).toString(16).padStart(12, '0')}`;
/** Ten digits, so that a number takes as many bytes as the next. */
const firstSequence = 1_000_000_000;
const end = performance.now() + (task.seconds ?? 3600) * 1000;
let left = task.total ?? Infinity;
let counter = Math.floor(Date.now() % 1e9) * 1000;
let accepted = 0;
let refused = 0;
const latencies: number[] = [];

const places = (text: string, before: string): number[] =>
  [...text.matchAll(new RegExp(before, 'g'))].map(
    ({ index }) => Buffer.byteLength(text.slice(0, index)) + before.length,
  );

const createRequest = (index: number): (() => Buffer) => {
  const body = makeBody(task.writeKey, task.events)
    .replaceAll('019a0000-0000-7000-8000-000000000001', visitor(index))
    .replaceAll(/"sequence":\d+/g, `"sequence":${firstSequence}`);
  const head = `POST /v1/batch HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const bytes = Buffer.from(head + body);
  const ids = places(head + body, '"messageId":"');
  const sequences = places(head + body, '"sequence":');
  let sequence = firstSequence;
  return () => {
    const now = Date.now().toString(16).padStart(12, '0');
    for (let event = 0; event < ids.length; event += 1) {
      counter += 1;
      sequence += 1;
      // A UUID of version 7 begins with the time, in milliseconds; its low 12 digits count.
      bytes.write(now.slice(0, 8), ids[event]!, 'latin1');
      bytes.write(now.slice(8), ids[event]! + 9, 'latin1');
      bytes.write(counter.toString(16).padStart(12, '0'), ids[event]! + 24, 'latin1');
      bytes.write(String(sequence), sequences[event]!, 'latin1');
    }
    return bytes;
  };
};

/** Resolves when there is nothing more to send. A request that is put off is sent again, as the SDKs do. */
const run = (index: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const next = createRequest(index);
    const every = task.rate ? (task.events * task.connections * 1000) / task.rate : 0;
    let due = performance.now() + (every * index) / task.connections;
    let started = 0;
    let request: Buffer;
    let received = '';
    const socket = connect({ port: task.port, host: '127.0.0.1', noDelay: true });
    const send = (): void => {
      started = every > 0 ? Math.max(due, 0) : performance.now();
      socket.write(request);
    };
    const proceed = (): void => {
      if (performance.now() >= end || left <= 0) {
        socket.destroy();
        return resolve();
      }
      left -= task.events;
      request = next();
      if (every === 0) return send();
      due += every;
      setTimeout(send, Math.max(due - performance.now(), 0));
    };
    socket.on('error', reject);
    socket.on('connect', proceed);
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      const headEnd = received.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (received.length < headEnd + 4 + length) return;
      const ok = received.startsWith('200', 9);
      received = '';
      if (ok) {
        accepted += task.events;
        latencies.push(performance.now() - started);
        return proceed();
      }
      refused += 1;
      setTimeout(send, 100);
    });
  });

const began = performance.now();
await Promise.all(Array.from({ length: task.connections }, (_, index) => run(index)));
const seconds = (performance.now() - began) / 1000;
latencies.sort((a, b) => a - b);
const at = (part: number): number =>
  Number((latencies[Math.floor(latencies.length * part)] ?? NaN).toFixed(2));
const figures: LoadFigures = {
  accepted,
  refused,
  eventsPerSecond: Math.round(accepted / seconds),
  p50: at(0.5),
  p99: at(0.99),
};
process.send?.(figures);
process.disconnect?.();
