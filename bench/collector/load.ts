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
let accepted = 0;
let refused = 0;
const latencies: number[] = [];

const places = (text: string, before: string): number[] =>
  [...text.matchAll(new RegExp(before, 'g'))].map(
    ({ index }) => Buffer.byteLength(text.slice(0, index)) + before.length,
  );

const [zero, nine, a, f] = [0x30, 0x39, 0x61, 0x66];

/** Adds one to the hexadecimal number whose last digit is at `last`, where it stands: what the load computes, the server has not. */
const countUp = (bytes: Buffer, last: number): void => {
  for (let at = last; ; at -= 1) {
    const digit = bytes[at]!;
    bytes[at] = digit === nine ? a : digit === f ? zero : digit + 1;
    if (digit !== f) return;
  }
};

/** Of a UUID's text. */
const lastDigit = 35;

const createRequest = (index: number): (() => Buffer) => {
  const body = makeBody(task.writeKey, task.events)
    .replaceAll('019a0000-0000-7000-8000-000000000001', visitor(index))
    .replaceAll(/"sequence":\d+/g, `"sequence":${firstSequence}`);
  const head = `POST /v1/batch HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const bytes = Buffer.from(head + body);
  const ids = places(head + body, '"messageId":"');
  const sequences = places(head + body, '"sequence":');
  const lane = index.toString(16).padStart(4, '0');
  for (const [event, id] of ids.entries())
    bytes.write(`${lane}${(event * 2 ** 24).toString(16).padStart(8, '0')}`, id + 24, 'latin1');
  let sequence = firstSequence;
  return () => {
    // A UUID of version 7 begins with the time, in milliseconds; its last 8 digits count.
    const now = Date.now().toString(16).padStart(12, '0');
    const time = `${now.slice(0, 8)}-${now.slice(8)}`;
    for (let event = 0; event < ids.length; event += 1) {
      sequence += 1;
      bytes.write(time, ids[event]!, 'latin1');
      countUp(bytes, ids[event]! + lastDigit);
      bytes.write(String(sequence), sequences[event]!, 'latin1');
    }
    return bytes;
  };
};

/** Of the last answer that was good, head and body. */
let usualLength = 0;
/** Its status is 200. */
const isGood = (answer: Buffer): boolean => answer[9] === 0x32 && answer[10] === zero && answer[11] === zero;

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
    const answered = (): void => {
      accepted += task.events;
      latencies.push(performance.now() - started);
      proceed();
    };
    socket.on('data', (chunk) => {
      // Of the usual length, in one piece, and good: need not be taken apart.
      if (received === '' && chunk.length === usualLength && isGood(chunk)) return answered();
      received += chunk.toString('latin1');
      const headEnd = received.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (received.length < headEnd + 4 + length) return;
      const ok = received.startsWith('200', 9);
      if (ok) usualLength = received.length;
      received = '';
      if (ok) return answered();
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
