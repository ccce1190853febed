import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import {
  browserKey,
  openTestCollector,
  page,
  serverKey,
  temporaryFolder,
  workerScript,
} from '../support/collector.ts';
import type { TestCollector } from '../support/collector.ts';

const event = (more: Record<string, unknown> = {}) => ({
  type: 'track',
  event: 'Заказ',
  anonymousId: 'a',
  messageId: v7(),
  ...more,
});

const send = (collector: TestCollector, body: unknown, key: string | null = browserKey, headers = {}) =>
  collector.app.inject({
    method: 'POST',
    url: key === null ? '/v1/batch' : `/v1/batch?writeKey=${key}`,
    payload: typeof body === 'string' ? body : JSON.stringify(body),
    headers,
  });

const open = (config: Record<string, unknown> = {}) =>
  openTestCollector({ workers: 2, ...config }, undefined, { workerScript });

describe('a collector with workers', () => {
  it('answers each of many requests at once with its own verdict, and keeps every event once', async () => {
    const collector = await open();
    const bodies = Array.from({ length: 60 }, (_, at) => ({
      batch: [...Array.from({ length: at % 5 }, () => event()), event({ type: 'nonsense' })],
    }));
    const answers = await Promise.all(bodies.map((body) => send(collector, body)));
    answers.forEach((answer, at) => {
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject({ accepted: at % 5, duplicates: 0, rejected: [{ index: at % 5 }] });
    });
    const again = await Promise.all(bodies.map((body) => send(collector, body)));
    again.forEach((answer, at) => expect(answer.json()).toMatchObject({ duplicates: at % 5 }));
    await collector.loaded();
    const [counts] = await collector.rows(
      `SELECT count(*)::INT AS rows, count(DISTINCT message_id)::INT AS ids FROM raw_events WHERE event = 'Заказ'`,
    );
    expect(counts).toEqual({ rows: 120, ids: 120 });
    expect(collector.balanced()).toBe(true);
  });

  it('refuses what one thread refuses, with the same codes', async () => {
    const collector = await open();
    const one = { batch: [event()] };
    const codes = await Promise.all([
      send(collector, one, 'nb_unknown_key'),
      send(collector, one, null),
      send(collector, one, browserKey, { origin: 'https://evil.example' }),
      send(collector, one, serverKey, { origin: page }),
      send(collector, '{"batch":[', browserKey),
      send(collector, '[]', browserKey),
      send(collector, { batch: 1 }, browserKey),
    ]);
    expect(codes.map((answer) => answer.json<{ code: string }>().code)).toEqual([
      'unknown_write_key',
      'unknown_write_key',
      'origin_not_allowed',
      'origin_not_allowed',
      'malformed_json',
      'invalid_body',
      'invalid_body',
    ]);
    expect((await send(collector, { ...one, writeKey: browserKey }, null)).statusCode).toBe(200);
    await collector.loaded();
    // What could not be read is kept, as without workers.
    expect(
      await collector.rows(`SELECT code, decode(payload) AS body FROM raw_rejects ORDER BY 1, 2`),
    ).toEqual([
      { code: 'invalid_body', body: '[]' },
      { code: 'invalid_body', body: '{"batch":1}' },
      { code: 'malformed_json', body: '{"batch":[' },
    ]);
  });

  it('counts the requests of a key in one place', async () => {
    const sources = [{ name: 'site', kind: 'browser', writeKey: browserKey, requestsPerMinute: 3 }];
    const ask = async () => {
      const collector = await open({ sources });
      const minute = (): number => Math.floor(Date.now() / 60_000);
      const begin = minute();
      const all = await Promise.all(Array.from({ length: 8 }, () => send(collector, { batch: [event()] })));
      return { all, isOneMinute: minute() === begin };
    };
    let { all: answers, isOneMinute } = await ask();
    // The count begins anew with each minute of the clock.
    if (!isOneMinute) ({ all: answers, isOneMinute } = await ask());
    expect(isOneMinute).toBe(true);
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(3);
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(5);
  });

  it('loses no request to a thread that dies: it is judged by another, or put off', async () => {
    const collector = await open();
    const deadly = { batch: [event({ properties: { text: 'ends the thread' } })] };
    const others = Array.from({ length: 20 }, () => ({ batch: [event(), event()] }));
    const [fatal, ...answers] = await Promise.all([deadly, ...others].map((body) => send(collector, body)));
    expect(fatal!.statusCode).toBe(503);
    expect(fatal!.headers['retry-after']).toBe('2');
    const refused = others.filter((_, at) => answers[at]!.statusCode !== 200);
    // Whoever was put off sends again, in the meantime to the main thread, later to the new worker.
    for (let left = refused; left.length > 0;) {
      const later = await Promise.all(left.map((body) => send(collector, body)));
      left = left.filter((_, at) => later[at]!.statusCode !== 200);
    }
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect((await send(collector, { batch: [event()] })).statusCode).toBe(200);
    await collector.loaded();
    const [counts] = await collector.rows(
      'SELECT count(*)::INT AS rows, count(DISTINCT message_id)::INT AS ids FROM raw_events',
    );
    expect(counts).toEqual({ rows: 41, ids: 41 });
  });

  it('answers what is under way when it is closed', async () => {
    const folder = temporaryFolder();
    const collector = await openTestCollector({ workers: 1 }, folder, { workerScript });
    const pending = Array.from({ length: 20 }, () => send(collector, { batch: [event()] }));
    await pending[0];
    await collector.close();
    const answers = await Promise.all(pending);
    const kept = answers.filter(({ statusCode }) => statusCode === 200).length;
    expect(answers.filter(({ statusCode }) => statusCode === 503)).toHaveLength(20 - kept);
    const next = await openTestCollector({ workers: 0 }, folder);
    expect((await send(next, { batch: [event()] })).statusCode).toBe(200);
    await next.loaded();
    expect(await next.rows('SELECT count(*)::INT AS rows FROM raw_events')).toEqual([{ rows: kept + 1 }]);
  });
});
