import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import { parseConfig } from '../../src/config-file.ts';
import type { LoadBatch } from '../../src/destinations/destination.ts';
import { openKafkaCollector } from '../../src/kafka/open-collector.ts';
import { readKafkaBooks } from '../../src/kafka/books-report.ts';
import { temporaryFolder, testSources, browserKey } from '../support/collector.ts';
import { eventually } from '../support/eventually.ts';
import { takeTurns } from '../support/exclusive.ts';
import { freshName, kafkaSpool } from '../support/kafka.ts';

const kafka = needsServer('kafka');
takeTurns(kafka);

const configOf = (state: string, more: object = {}) =>
  parseConfig(
    {
      sources: testSources,
      listen: { port: 0 },
      log: { level: 'silent' },
      loader: { maxDelayMs: 20 },
      shutdownSeconds: 1,
      spool: kafkaSpool(kafka.url, state, 3),
      ...more,
    },
    temporaryFolder(),
  );

/** A destination in memory that several loaders share, as they would share a database. */
const createTable = (poison = new Set<string>()) => {
  const batches = new Map<string, LoadBatch>();
  const load = async (batch: LoadBatch): Promise<void> => {
    const { DestinationError } = await import('../../src/destinations/destination.ts');
    const bad = batch.events.find(({ message_id: id }) => poison.has(id));
    if (bad) throw new DestinationError('poison', 'not this one');
    if (!batches.has(batch.id)) batches.set(batch.id, batch);
  };
  return {
    create: async () => ({ open: async () => undefined, load, close: () => undefined }),
    ids: () => [...batches.values()].flatMap(({ events }) => events.map(({ message_id: id }) => id)),
    rejects: () => [...batches.values()].flatMap(({ rejects }) => rejects),
    rows: () => [...batches.values()].flatMap(({ events }) => events),
  };
};

const event = (messageId: string, anonymousId: string) => ({
  type: 'track',
  event: 'E',
  messageId,
  anonymousId,
});

describe.skipIf(kafka.missing)(title('Kafka as the spool', kafka), () => {
  const start = async (config: ReturnType<typeof configOf>, table: ReturnType<typeof createTable>) => {
    const collector = await openKafkaCollector(config, { createDestination: table.create });
    onTestFinished(() => collector.close());
    const send = (batch: object[]) =>
      collector.app.inject({
        method: 'POST',
        url: '/v1/batch',
        payload: { writeKey: browserKey, batch },
      });
    return { ...collector, send };
  };

  it('loads what it accepted, each messageId once at any later time, in order by visitor, and balances', async () => {
    const config = configOf(freshName());
    const table = createTable();
    const { send } = await start(config, table);
    const ids = Array.from({ length: 200 }, () => randomUUID());
    const batch = ids.map((id, at) => event(id, `visitor-${at % 7}`));
    expect((await send(batch)).json()).toMatchObject({ success: true });
    await eventually(() => expect(table.ids()).toHaveLength(200));
    // Again later, together with something new and something that is refused.
    expect(
      (await send([...batch.slice(50), event('new', 'visitor-1'), { type: 'nonsense' }])).statusCode,
    ).toBe(200);
    await eventually(() => expect(table.ids()).toHaveLength(201));
    await eventually(() => expect(table.rejects()).toHaveLength(1));
    expect(new Set(table.ids())).toEqual(new Set([...ids, 'new']));
    for (let visitor = 0; visitor < 7; visitor += 1) {
      const own = table.rows().filter(({ anonymous_id: id }) => id === `visitor-${visitor}`);
      const sent = ids.filter((_, at) => at % 7 === visitor);
      expect(own.map(({ message_id: id }) => id).filter((id) => id !== 'new')).toEqual(sent);
    }
    await eventually(async () =>
      expect(await readKafkaBooks(config)).toMatchObject([
        {
          source: 'site', destination: 'duckdb', accepted: 352, loaded: 201, duplicate: 150, rejected: 1, pending: 0, earlier: 0,
          balanced: true,
        },
      ]),
    ); // prettier-ignore
  });

  it('finds the one row that a destination refuses', async () => {
    const config = configOf(freshName());
    const table = createTable(new Set(['bad']));
    const { send } = await start(config, table);
    const ids = Array.from({ length: 30 }, (_, at) => `${at}`);
    await send([...ids, 'bad'].map((id) => event(id, 'one visitor')));
    await eventually(() => expect(table.ids()).toHaveLength(30));
    await eventually(() =>
      expect(table.rejects()).toMatchObject([{ message_id: 'bad', code: 'destination_refused' }]),
    );
    await eventually(async () =>
      expect(await readKafkaBooks(config)).toMatchObject([
        { accepted: 31, loaded: 30, rejected: 1, pending: 0, balanced: true },
      ]),
    );
  });

  it('goes on where another loader stopped, and knows the repeats of what that one had loaded', async () => {
    const state = freshName();
    const table = createTable();
    const first = await start(configOf(state), table);
    await first.send(['a', 'b', 'c'].map((id) => event(id, id)));
    await eventually(() => expect(table.ids()).toHaveLength(3));
    await first.close();
    // Another folder: nothing but Kafka is left of the first.
    const second = await start(configOf(state), table);
    await second.send(['b', 'd', 'c'].map((id) => event(id, id)));
    await eventually(() => expect([...table.ids()].sort()).toEqual(['a', 'b', 'c', 'd']));
  });

  it(
    'answers 503 while Kafka takes nothing, and loads nothing twice when the same is sent again',
    { timeout: 90_000 },
    async () => {
      const config = configOf(freshName());
      const table = createTable();
      const { send } = await start(config, table);
      await send([event('a', 'v')]);
      await kafka.control('kill');
      const answer = await send([event('b', 'v')]);
      expect(answer.statusCode).toBe(503);
      expect(answer.json()).toMatchObject({ code: 'spool_unavailable' });
      expect(answer.headers['retry-after']).toBe('2');
      await kafka.control('start');
      await eventually(async () =>
        expect((await send([event('b', 'v'), event('c', 'v')])).statusCode).toBe(200),
      );
      await eventually(() => expect(table.ids()).toHaveLength(3));
      await eventually(async () =>
        expect(await readKafkaBooks(config)).toMatchObject([{ loaded: 3, pending: 0, balanced: true }]),
      );
    },
  );

  it(
    'tells the load balancer while Kafka takes nothing, without a request that would find it out, and when it does again',
    { timeout: 90_000 },
    async () => {
      const state = freshName();
      const table = createTable();
      const http = await start({ ...configOf(state), role: 'http' }, table);
      const ready = async () => {
        const answer = await http.app.inject('/readyz');
        return { status: answer.statusCode, ...answer.json<object>() };
      };
      expect((await http.send([event('a', 'v')])).statusCode).toBe(200);
      expect(await ready()).toMatchObject({ status: 200, reason: null, spool: { trouble: null } });
      await kafka.control('kill');
      // Nobody has sent anything yet.
      expect(await ready()).toMatchObject({ status: 200 });
      expect((await http.send([event('b', 'v')])).statusCode).toBe(503);
      await eventually(async () =>
        expect(await ready()).toMatchObject({
          status: 503,
          reason: 'spool_unavailable',
          spool: { trouble: { code: 'spool_unavailable' } },
        }),
      );
      expect((await http.app.inject('/metrics')).body).toContain(
        'nitka_spool_trouble{code="spool_unavailable"} 1',
      );
      await kafka.control('start');
      await eventually(async () => expect(await ready()).toMatchObject({ status: 200, reason: null }));
      // What it asked with is nothing to a loader, and no event waits.
      const loader = await start({ ...configOf(state), role: 'loader' }, table);
      await eventually(() => expect(table.ids()).toContain('a'));
      await eventually(async () => {
        expect((await loader.app.inject('/readyz')).json()).toMatchObject({ destinations: [{ waiting: 0 }] });
      });
      expect((await readKafkaBooks(configOf(state))).map(({ source }) => source)).toEqual(['site']);
    },
  );

  it('splits receiving from loading by role', async () => {
    const state = freshName();
    const table = createTable();
    const http = await start({ ...configOf(state), role: 'http' }, table);
    const loader = await start({ ...configOf(state), role: 'loader' }, table);
    expect((await http.send([event('a', 'v')])).statusCode).toBe(200);
    expect((await loader.send([event('b', 'v')])).statusCode).toBe(404);
    await eventually(() => expect(table.ids()).toEqual(['a']));
    expect((await loader.app.inject('/readyz')).json()).toMatchObject({
      ready: true,
      destinations: [{ name: 'duckdb' }],
    });
    // Counted once the cursor has moved.
    await eventually(async () =>
      expect((await loader.app.inject('/metrics')).body).toContain(
        'nitka_destination_events{source="site",destination="duckdb",state="loaded"} 1',
      ),
    );
  });

  it('refuses to load from Kafka into Kafka', async () => {
    const config = configOf(freshName(), { destinations: [{ type: 'kafka', brokers: [kafka.url] }] });
    await expect(openKafkaCollector(config)).rejects.toMatchObject({ code: 'config_invalid' });
  });
});
