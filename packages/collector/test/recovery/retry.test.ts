import { describe, expect, it } from 'vitest';
import { DestinationError } from '../../src/destinations/destination.ts';
import type { Retried } from '../../src/recovery/retry.ts';
import { browserKey, openTestCollector, temporaryFolder } from '../support/collector.ts';
import type { TestCollector } from '../support/collector.ts';
import { createMemoryDestination, poison } from '../support/memory-destination.ts';
import { named, sendEvents } from './support.ts';

const post = ({ app }: TestCollector, url: string, payload: string) =>
  app.inject({ method: 'POST', url: `${url}?writeKey=${browserKey}`, payload });
const retry = (collector: TestCollector, input: object = { filter: {} }) =>
  collector.ask<Retried[]>('retry', input);

describe('rejects retry', () => {
  it('takes what the collector refused, once the config allows it, exactly once', async () => {
    const folder = temporaryFolder();
    const small = await openTestCollector({ limits: { eventBytes: 200 } }, folder);
    const long = {
      type: 'track',
      event: 'Long',
      userId: 'u',
      messageId: 'long',
      properties: { text: 'x'.repeat(300) },
    };
    await post(small, '/v1/batch', JSON.stringify({ batch: [long, { type: 'nonsense', userId: 'u' }] }));
    await post(small, '/v1/batch', '{"batch": [');
    await post(small, '/v1/batch', '{"batch": {}}');
    expect(await retry(small)).toEqual([
      { id: 1, result: 'refused', code: 'event_too_large' },
      { id: 2, result: 'refused', code: 'event_type_unknown' },
      { id: 3, result: 'refused', code: 'malformed_json' },
      { id: 4, result: 'refused', code: 'invalid_body' },
    ]);
    expect(small.spool.rejects.list(10)).toHaveLength(4);
    await small.loaded();
    await small.close();

    const large = await openTestCollector({}, folder);
    expect(await retry(large, { ids: [1, 99] })).toEqual([
      { id: 1, result: 'accepted', code: null },
      { id: 99, result: 'refused', code: 'reject_unknown' },
    ]);
    await large.loaded();
    expect(await large.rows('SELECT message_id, event FROM raw_events')).toEqual([
      { message_id: 'long', event: 'Long' },
    ]);
    expect(large.spool.rejects.list(10).map(({ id }) => id)).toEqual([4, 3, 2]);
    expect(large.balanced()).toBe(true);
    // The same again, by its sender: known.
    expect((await post(large, '/v1/track', JSON.stringify(long))).json()).toMatchObject({ duplicates: 1 });
    expect(large.balanced()).toBe(true);
  });

  it('sends a row again to the destination that refused it, and to no other', async () => {
    const [good, picky] = [createMemoryDestination(), createMemoryDestination()];
    picky.before = poison((id) => id === 'm004' || id === 'm007');
    const collector = await openTestCollector(
      {
        destinations: [
          { type: 'memory', name: 'good' },
          { type: 'memory', name: 'picky' },
        ],
      },
      temporaryFolder(),
      { createDestination: async ({ name }) => (name === 'good' ? good : picky) },
    );
    await sendEvents(collector, named('m', 20));
    await collector.loaded();
    const refusedThere = () => collector.spool.rejects.list(10, { destination: 'picky' });
    expect(refusedThere()).toHaveLength(2);
    expect(collector.balanced()).toBe(true);

    expect(await retry(collector, { filter: { destination: 'picky' } })).toMatchObject([
      { result: 'sent' },
      { result: 'sent' },
    ]);
    while ((await collector.ask<number>('remaining', { destination: 'picky' })) > 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    // Still bad: each is a reject again.
    expect(refusedThere()).toHaveLength(2);
    expect(collector.balanced()).toBe(true);

    let answers = 0;
    picky.before = () => undefined;
    picky.after = () => {
      answers += 1;
      if (answers === 1) throw new DestinationError('temporary', 'the answer was lost');
    };
    await retry(collector, { filter: { destination: 'picky' } });
    while ((await collector.ask<number>('remaining', { destination: 'picky' })) > 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(refusedThere()).toHaveLength(0);
    const ids = (destination: typeof good) =>
      destination.batches.flatMap(({ events }) => events.map((row) => row.message_id)).sort();
    expect(ids(picky)).toEqual(named('m', 20));
    expect(ids(good)).toEqual(named('m', 20));
    expect(collector.balanced()).toBe(true);
    const line = collector.spool.books(['picky'])[0];
    expect(line).toMatchObject({ accepted: 20, loaded: 20, rejected: 0, pending: 0 });
  });
});
