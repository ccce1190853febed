// The whole tracker against a network that msw plays: what leaves the page, and what the answers do.
import { IDBFactory } from 'fake-indexeddb';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Tracker } from '../src/api.ts';

const endpoint = 'https://t.shop.example';

interface Body {
  readonly writeKey: string;
  readonly anonymousId?: string;
  readonly batch: readonly {
    readonly messageId: string;
    readonly anonymousId: string;
    readonly event: string;
  }[];
}

const network = setupServer();
const bodies: Body[] = [];
let trackers: Tracker[] = [];

beforeAll(() => network.listen({ onUnhandledRequest: 'error' }));
beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  localStorage.clear();
  bodies.length = 0;
});
afterEach(() => {
  trackers.forEach((tracker) => tracker.close());
  trackers = [];
  network.resetHandlers();
});
afterAll(() => network.close());

/** The collector, its HttpOnly cookie included: it knows this visitor by `known`, or by nothing. */
const collector = (known: string | null, ...answers: (() => Response)[]): void =>
  network.use(
    http.post(`${endpoint}/v1/visitor`, async ({ request }) => {
      const { anonymousId } = (await request.json()) as Body;
      return HttpResponse.json({ success: true, anonymousId: known ?? anonymousId });
    }),
    http.post(`${endpoint}/v1/batch`, async ({ request }) => {
      expect(request.headers.get('content-type')).toMatch(/^text\/plain/);
      const next = answers[bodies.length];
      bodies.push((await request.json()) as Body);
      return next?.() ?? HttpResponse.json({ success: true });
    }),
  );

const open = async (writeKey: string): Promise<Tracker> => {
  // The tracker takes the page's fetch when its script loads: by now that is the played one.
  vi.resetModules();
  const { createTracker } = await import('../src/index.ts');
  const tracker = createTracker({ writeKey, endpoint, storagePrefix: writeKey, cookie: { name: writeKey } });
  trackers.push(tracker);
  return tracker;
};

it('takes the id that the server tier knows before anything is sent', async () => {
  const known = '0193f6a0-0000-7000-8000-000000000001';
  collector(known);
  const tracker = await open('known');
  tracker.track('Product Viewed');
  await expect.poll(() => tracker.flush().then(() => bodies.length)).toBe(1);
  expect(bodies[0]).toMatchObject({
    writeKey: 'known',
    batch: [{ event: 'Product Viewed', anonymousId: known }],
  });
  expect(document.cookie).toContain(`known=${known}`);
});

it('sends an event again until the collector itself says that it has it', async () => {
  collector(
    null,
    () => HttpResponse.json({ success: false, code: 'overloaded' }, { status: 503 }),
    () => HttpResponse.html('<h1>Welcome to the hotel</h1>'),
    () => HttpResponse.error(),
  );
  const tracker = await open('again');
  tracker.track('Product Viewed');
  await expect.poll(() => tracker.flush().then(() => bodies.length)).toBe(4);
  await tracker.flush();
  expect(bodies).toHaveLength(4);
  expect(new Set(bodies.flatMap(({ batch }) => batch.map(({ messageId }) => messageId))).size).toBe(1);
  expect(Object.keys(localStorage).filter((key) => key.startsWith('again.q.'))).toEqual([]);
});
