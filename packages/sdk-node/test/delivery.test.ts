import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createTracker, type TrackerOptions } from '../src/index.ts';

interface Arrived {
  readonly userId: string;
  readonly properties: { readonly n: number };
}

let server: Server;

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A server that answers as `answer` says, and notes how many requests it had at once and what came first. */
const start = async (
  answer: (n: number, events: readonly Arrived[]) => Promise<number> | number,
  options: Partial<TrackerOptions> = {},
) => {
  const seen = { requests: 0, most: 0, now: 0, events: [] as Arrived[], bodies: [] as Arrived[][] };
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void (async () => {
        const { batch } = JSON.parse(Buffer.concat(chunks).toString()) as { batch: Arrived[] };
        seen.most = Math.max(seen.most, ++seen.now);
        const status = await answer(++seen.requests, batch);
        seen.now--;
        if (status === 200) {
          seen.events.push(...batch);
          seen.bodies.push(batch);
        }
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(status === 200 ? { success: true } : { code: 'test_answer' }));
      })();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const tracker = createTracker({
    writeKey: 'k',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    shutdown: false,
    backoffBase: 5,
    backoffCap: 20,
    flushAt: 10_000,
    flushInterval: 60_000,
    ...options,
  });
  tracker.on('error', () => {});
  const flushAll = async (): Promise<void> => {
    while ((await tracker.flush()).pending > 0) await wait(5);
  };
  return { seen, tracker, flushAll };
};

const numbersOf = (events: readonly Arrived[], userId: string): number[] =>
  events.filter((event) => event.userId === userId).map(({ properties }) => properties.n);

describe('several requests in flight', () => {
  it('send each event once, in parallel', async () => {
    const { seen, tracker, flushAll } = await start(() => wait(10).then(() => 200), {
      concurrency: 3,
      batchEvents: 20,
    });
    for (let n = 0; n < 400; n++) tracker.track({ userId: 'u', event: 'e', properties: { n } });
    await flushAll();
    expect(numbersOf(seen.events, 'u').sort((a, b) => a - b)).toEqual(
      Array.from({ length: 400 }, (_, n) => n),
    );
    expect(seen.most).toBe(3);
    await tracker.close();
  });

  it('a circuit breaker: after a failure one request goes first, and the others only when it has arrived', async () => {
    let isDown = true;
    const { seen, tracker, flushAll } = await start(() => wait(10).then(() => (isDown ? 503 : 200)), {
      concurrency: 4,
      batchEvents: 10,
    });
    for (let n = 0; n < 100; n++) tracker.track({ userId: 'u', event: 'e', properties: { n } });
    await tracker.flush();
    const first = seen.requests;
    seen.most = 0;
    await tracker.flush();
    await tracker.flush();
    expect([seen.requests - first, seen.most]).toEqual([2, 1]);
    isDown = false;
    await flushAll();
    expect(seen.most).toBeGreaterThan(1);
    expect(new Set(numbersOf(seen.events, 'u')).size).toBe(100);
    expect(seen.events).toHaveLength(100);
    await tracker.close();
  });

  it('a halved batch: what arrived of it is not sent again after a failure in between', async () => {
    const { seen, tracker, flushAll } = await start(
      (request, events) => {
        if (events.some(({ properties }) => properties.n === 17)) return 400;
        return request % 3 === 0 ? 503 : 200;
      },
      { concurrency: 2, batchEvents: 40 },
    );
    for (let n = 0; n < 120; n++) tracker.track({ userId: 'u', event: 'e', properties: { n } });
    await flushAll();
    const arrived = numbersOf(seen.events, 'u').sort((a, b) => a - b);
    expect(arrived).toEqual(Array.from({ length: 120 }, (_, n) => n).filter((n) => n !== 17));
    expect(tracker.stats()).toEqual({ pending: 0, pendingBytes: 0, dropped: { delivery_refused: 1 } });
    await tracker.close();
  });
});

describe("order: 'visitor'", () => {
  it('keeps the order of each visitor before a server that delays and fails, with several requests at once', async () => {
    let state = 42;
    const random = (): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    const { seen, tracker, flushAll } = await start(
      async () => {
        const isDown = random() < 0.2;
        await wait(random() * 30);
        return isDown ? 503 : 200;
      },
      { concurrency: 4, order: 'visitor', batchEvents: 50, flushAt: 50, flushInterval: 1 },
    );
    const visitors = Array.from({ length: 11 }, (_, v) => `visitor-${v}`);
    for (let n = 0; n < 1100; n++) {
      const who = { userId: visitors[n % 11]!, ...(n % 2 && { anonymousId: `a"\\-${n % 11}` }) };
      tracker.track({ ...who, event: 'e', properties: { n } });
      if (n % 100 === 99) await wait(5);
    }
    await flushAll();
    expect(seen.events).toHaveLength(1100);
    expect(seen.most).toBeGreaterThan(1);
    for (const [v, userId] of visitors.entries()) {
      // By a visitor id and by a user id alone are two visitors: they can be joined only in the warehouse.
      for (const odd of [0, 1]) {
        const numbers = numbersOf(seen.events, userId).filter((n) => n % 2 === odd);
        expect(numbers).toEqual(
          Array.from({ length: 100 }, (_, i) => i * 11 + v).filter((n) => n % 2 === odd),
        );
      }
    }
    await tracker.close();
  });

  it('is refused when it is misspelt', () => {
    expect(() => createTracker({ writeKey: 'k', endpoint: 'https://x', order: 'user' as never })).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    );
    server = createServer();
  });
});

it('a flush inside a deadline, as in AWS Lambda: says what is left, and the next call sends it once', async () => {
  let answer = (): void => {};
  const slow = new Promise<void>((resolve) => (answer = resolve));
  const { seen, tracker, flushAll } = await start(() => slow.then(() => 200));
  tracker.track({ userId: 'u', event: 'e', properties: { n: 1 } });
  expect(await tracker.flush({ timeout: 30 })).toEqual({ pending: 1 });
  expect(seen.events).toEqual([]);
  answer();
  tracker.track({ userId: 'u', event: 'e', properties: { n: 2 } });
  await flushAll();
  expect(numbersOf(seen.events, 'u')).toEqual([1, 2]);
  await tracker.close();
});
