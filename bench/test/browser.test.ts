import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeBody, field, list, text } from '../browser/decode.ts';
import type { Delivered } from '../browser/measures/delivery.ts';
import type { SubjectResults } from '../browser/results.ts';
import { startBenchServer } from '../browser/server.ts';
import type { BenchServer } from '../browser/server.ts';
import type { Subject } from '../browser/subjects/subject.ts';
import { deliveryCell, deliveryShares, percent } from '../browser/tables.ts';

const body = (source: string | Buffer, query = ''): { body: Buffer; query: URLSearchParams } => ({
  body: Buffer.from(source),
  query: new URLSearchParams(query),
});
const events = [{ mark: 'a-0' }];
const json = JSON.stringify(events);
const base64 = Buffer.from(json).toString('base64');

test.each([
  ['JSON', body(json)],
  ['gzip that nobody announced', body(gzipSync(json))],
  ['base64', body(base64)],
  ['a form with base64', body(`data=${encodeURIComponent(base64)}`)],
  ['a form with JSON', body(`data=${encodeURIComponent(json)}&ip=1`)],
  ['the query', body('', `data=${encodeURIComponent(base64)}`)],
])('decodes %s', (_, posted) => {
  expect(decodeBody(posted)).toEqual(events);
});

test('what is no JSON decodes to nothing', () => {
  expect(decodeBody(body('ok'))).toBeUndefined();
  expect(decodeBody(body(''))).toBeUndefined();
});

const subject: Subject = {
  name: 'fake',
  title: 'Fake',
  version: '1',
  note: '',
  scripts: {},
  head: () => '',
  isDelivery: (path) => path === '/e',
  taken: () => ({ body: 'taken' }),
  events: (posted) =>
    list(posted).map((event) => ({
      mark: text(field(event, 'mark')) ?? '',
      messageId: text(field(event, 'id')),
    })),
};

let server: BenchServer;
beforeAll(async () => {
  server = await startBenchServer();
});
afterAll(() => server.close());

test('each fault does to a request what its name says', async () => {
  const lane = server.lane(subject);
  const port = lane.host.split(':')[1];
  // Node resolves no names below localhost on some systems: the lane is chosen by the Host header.
  const { request } = await import('node:http');
  const post = (mark: string): Promise<string> =>
    new Promise((resolve) => {
      const sent = request({ port, path: '/e', method: 'POST', headers: { host: lane.host } }, (answer) => {
        answer.resume().on('end', () => resolve(String(answer.statusCode)));
      });
      sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
      sent.end(JSON.stringify([{ mark, id: `${mark}-id` }]));
    });
  const faults = ['none', 'unavailable', 'reset', 'swallow', 'none'] as const;
  lane.fault = (ordinal) => faults[ordinal - 1]!;
  expect(await post('a')).toBe('200');
  expect(await post('b')).toBe('503');
  expect(await post('c')).toBe('ECONNRESET');
  expect(await post('d')).toBe('ECONNRESET');
  expect(await post('d')).toBe('200');
  expect([...lane.arrivals].map(([mark, copies]) => [mark, copies.length])).toEqual([
    ['a', 1],
    ['d', 2],
  ]);
  expect(lane.requests.map(({ count }) => count)).toEqual([1, 1, 1]);
});

const run = (fields: Partial<Delivered>): Delivered => ({
  events: 20,
  atLeaving: 20,
  arrived: 20,
  copies: 0,
  newIds: 0,
  requests: 1,
  visitors: 1,
  ...fields,
});

test('a cell shows the worst and the best round, what came late, and copies', () => {
  expect(deliveryCell([run({})])).toBe('20');
  expect(deliveryCell([run({ atLeaving: 0 }), run({ atLeaving: 3, copies: 2 })])).toBe('0–3 → 20 +0–2');
  expect(deliveryCell(undefined)).toBe('');
});

test('a large scenario weighs no more than a small one, and a small loss is not shown as none', () => {
  const delivery = {
    a: [run({ arrived: 10 }), run({})],
    b: [run({ events: 1000, arrived: 1000, copies: 500 })],
  };
  const results: SubjectResults = { name: 'x', title: 'X', version: '', note: '', failed: [], delivery };
  expect(deliveryShares(results)).toEqual({ lost: 12.5, copies: 25 });
  expect([percent(0), percent(0.01), percent(12.5)]).toEqual(['0', '0.1 %', '12.5 %']);
});

test('rows in the warehouse are counted apart from the wire', () => {
  const warehouse = { arrived: 19, copies: 0 };
  const results: SubjectResults = {
    name: 'x',
    title: 'X',
    version: '',
    note: '',
    failed: [],
    delivery: { a: [run({ copies: 5, warehouse })] },
  };
  expect(deliveryShares(results)).toEqual({ lost: 0, copies: 25, warehouse: { lost: 5, copies: 0 } });
});
