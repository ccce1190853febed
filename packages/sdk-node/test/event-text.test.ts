import { afterEach, expect, it } from 'vitest';
import { createTracker, type Tracker } from '../src/index.ts';
import { createTestCollector, type TestCollector } from '../src/testing/index.ts';

let tracker: Tracker | undefined;

afterEach(() => tracker?.close({ timeout: 0 }));

const start = (): { tracker: Tracker; collector: TestCollector } => {
  const collector = createTestCollector();
  tracker = createTracker({ ...collector, shutdown: false });
  tracker.on('error', () => {});
  return { tracker, collector };
};

const call = (fields: object) => ({ userId: '1', event: 'x', ...fields }) as never;

it.each([
  ['day before month, which JavaScript reads the other way round', '10.11.2026 19:04:05 +03:00'],
  ['slashes', '11/10/2026 19:04 +03:00'],
  ['a day that its month has not', '2026-02-30T10:00:00Z'],
  ['no time', '2026-11-10+03:00'],
  ['words', 'Tue Nov 10 2026 19:04:05 GMT+0300'],
])('refuses a time that is no ISO 8601: %s', (_name, timestamp) => {
  expect(start().tracker.track(call({ timestamp })).error?.code).toBe('invalid_call');
});

it.each([
  ['2026-11-10T19:04:05+03:00', '2026-11-10T16:04:05.000Z'],
  ['2026-11-10 19:04:05.25+0300', '2026-11-10T16:04:05.250Z'],
  ['2026-11-10T19:04Z', '2026-11-10T19:04:00.000Z'],
  ['2026-11-10t19:04:05.123456z', '2026-11-10T19:04:05.123Z'],
  ['2026-11-10T19:04:05 +03', '2026-11-10T16:04:05.000Z'],
])('reads the time %s', async (timestamp, expected) => {
  const opened = start();
  opened.tracker.track(call({ timestamp }));
  await opened.tracker.flush();
  expect(opened.collector.events[0]?.timestamp).toBe(expected);
});

it.each([
  ['a properties object that becomes a number', { properties: { toJSON: () => 5 } }],
  ['a Date for properties', { properties: new Date(0) }],
  ['a context that becomes a text', { context: { toJSON: () => 'x' } }],
  ['a phone that is an object', { phone: { number: '8999' } }],
  ['an e-mail that is a number', { email: 5 }],
])('refuses %s', (_name, fields) => {
  expect(start().tracker.track(call(fields)).error?.code).toBe('invalid_call');
});

it('takes a blank phone or e-mail for none: it is nobody', () => {
  const { tracker: opened } = start();
  for (const fields of [{ phone: '  ' }, { email: ' ' }, { phone: '', email: null }]) {
    expect(opened.track({ event: 'x', ...fields } as never).error?.code).toBe('identity_missing');
  }
});

it('takes a big integer for an id', async () => {
  const opened = start();
  opened.tracker.track(call({ userId: 9_007_199_254_740_993n }));
  await opened.tracker.flush();
  expect(opened.collector.events[0]?.userId).toBe('9007199254740993');
});

it('keeps traits of an event and properties of a person, which are fields of the protocol', async () => {
  const opened = start();
  opened.tracker.track(call({ traits: { a: 1 } }));
  opened.tracker.identify(call({ properties: { b: 2 }, traits: { c: 3 } }));
  await opened.tracker.flush();
  expect(opened.collector.events).toMatchObject([
    { traits: { a: 1 } },
    { properties: { b: 2 }, traits: { c: 3 } },
  ]);
});

it('makes one whole event of an object that answers otherwise each time it is asked', async () => {
  const opened = start();
  let asked = 0;
  const shifting = {
    userId: '1',
    get event() {
      return asked++ === 0 ? 'good' : { toString: () => 'x",\n{"' };
    },
  };
  opened.tracker.track(shifting as never);
  opened.tracker.track(call({ event: 'next' }));
  await opened.tracker.flush();
  expect(opened.collector.events.map(({ event }) => event)).toEqual(['good', 'next']);
});

it('keeps lone surrogates, __proto__ and line separators as they are', async () => {
  const opened = start();
  const properties = JSON.parse('{"__proto__":{"a":1},"text":"\\ud800 \\u2028\\n"}') as object;
  opened.tracker.track(call({ event: 'e\ud800\u2028', messageId: '\udc00"\\', properties }));
  await opened.tracker.flush();
  const [event] = opened.collector.events;
  expect(JSON.stringify(event)).toContain('"__proto__":{"a":1},"text":"\\ud800 \u2028\\n"');
  expect(event).toMatchObject({ event: 'e\ud800\u2028', messageId: '\udc00"\\' });
});
