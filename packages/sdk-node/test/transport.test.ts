import { delay, http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createTracker, type TrackerOptions } from '../src/index.ts';

const endpoint = 'https://t.shop.example';
const batchUrl = `${endpoint}/v1/batch`;
const success = (): Response => HttpResponse.json({ success: true });

interface Arrived {
  readonly headers: Headers;
  readonly body: { readonly sentAt: string; readonly batch: readonly Record<string, unknown>[] };
}

const network = setupServer();
const arrived: Arrived[] = [];

beforeAll(() => network.listen({ onUnhandledRequest: 'error' }));
afterEach(() => {
  network.resetHandlers();
  arrived.length = 0;
});
afterAll(() => network.close());

/** Answers the n-th request with the n-th answer, and every later one with success. */
const answer = (...answers: (() => Response | Promise<Response>)[]): void =>
  network.use(
    http.post(batchUrl, async ({ request }) => {
      const next = answers[arrived.length] ?? success;
      arrived.push({ headers: request.headers, body: (await request.json()) as Arrived['body'] });
      return next();
    }),
  );

const open = (options: Partial<TrackerOptions> = {}) =>
  createTracker({
    writeKey: 'secret',
    endpoint,
    shutdown: false,
    // Given, as an edge runtime or a proxy would; the default way is proved against a real server in node-post.test.ts.
    fetch: (url, init) => globalThis.fetch(url, init),
    ...options,
  });

it('sends a batch that the collector can read, with the key in a header alone', async () => {
  answer();
  const tracker = open();
  tracker.track({ userId: 'u-1', event: 'Order Completed', properties: { total: '10.10' } });
  tracker.identify({ userId: 'u-1', phone: '8 (999) 555-11-22' });
  expect(await tracker.close()).toEqual({ pending: 0 });
  expect(arrived).toHaveLength(1);
  const [{ headers, body }] = arrived as [Arrived];
  expect(headers.get('authorization')).toBe(`Basic ${btoa('secret:')}`);
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(JSON.stringify(body)).not.toContain('secret');
  expect(Date.parse(body.sentAt)).toBeGreaterThan(0);
  expect(body.batch).toMatchObject([
    { type: 'track', event: 'Order Completed', userId: 'u-1', properties: { total: '10.10' } },
    { type: 'identify', userId: 'u-1', traits: { phone: '+79995551122' } },
  ]);
});

it.each<[string, () => Response | Promise<Response>]>([
  ['a connection that breaks', () => HttpResponse.error()],
  ['503', () => HttpResponse.json({ success: false, code: 'overloaded' }, { status: 503 })],
  ['a proxy that answers 200 with its own page', () => HttpResponse.html('<h1>Welcome to the hotel</h1>')],
])('%s: the same event is sent again', async (_name, failure) => {
  answer(failure);
  const tracker = open();
  const call = tracker.track({ userId: 'u-1', event: 'Order Completed' });
  await tracker.flush();
  expect(tracker.stats().pending).toBe(1);
  await tracker.flush();
  expect(await tracker.close()).toEqual({ pending: 0 });
  expect(arrived.map(({ body }) => body.batch.map(({ messageId }) => messageId))).toEqual([
    [call.messageId],
    [call.messageId],
  ]);
});

it('does not wait for an answer longer than it was told to', async () => {
  answer(async () => {
    await delay('infinite');
    return success();
  });
  const tracker = open();
  tracker.track({ userId: 'u-1', event: 'Order Completed' });
  expect(await tracker.flush({ timeout: 50 })).toEqual({ pending: 1 });
  await tracker.close({ timeout: 0 });
});
