import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import { adminAddress } from '../../src/admin/address.ts';
import { askOwner } from '../../src/admin/client.ts';
import { parseConfig } from '../../src/config-file.ts';
import type { LoadBatch, QueryResult } from '../../src/destinations/destination.ts';
import { readKafkaBooks } from '../../src/kafka/books-report.ts';
import { openKafkaCollector } from '../../src/kafka/open-collector.ts';
import { newKeyring, writeKeyring } from '../../src/privacy/keyring.ts';
import type { ForgetAnswer } from '../../src/privacy/forgetting.ts';
import type { ReplayAnswer } from '../../src/recovery/replay.ts';
import { browserKey, serverKey, temporaryFolder, testSources } from '../support/collector.ts';
import { takeTurns } from '../support/exclusive.ts';
import { eventually } from '../support/eventually.ts';
import { freshName, kafkaSpool } from '../support/kafka.ts';
import { createCollectorProcess } from '../support/process.ts';

const kafka = needsServer('kafka');
takeTurns(kafka);

const keysIn = (folder: string): string => {
  const path = join(folder, 'shared-keys.json');
  writeKeyring(path, newKeyring('2026-11-22T00:00:00.000Z'));
  return path;
};

interface Start {
  readonly state: string;
  readonly folder?: string;
  readonly more?: Record<string, unknown>;
  readonly createDestination?: Parameters<typeof openKafkaCollector>[1] extends infer P | undefined
    ? P extends { createDestination?: infer C }
      ? C
      : never
    : never;
}

/** A collector that receives and loads, with the commands as the command line gives them. */
const start = async ({ state, folder = temporaryFolder(), more = {}, createDestination }: Start) => {
  const raw = {
    sources: testSources,
    listen: { port: 0 },
    log: { level: 'silent' },
    loader: { maxDelayMs: 20 },
    shutdownSeconds: 1,
    spool: kafkaSpool(kafka.url, state, 2),
    ...more,
  };
  const config = parseConfig(raw, folder);
  const collector = await openKafkaCollector(config, createDestination ? { createDestination } : {});
  onTestFinished(() => collector.close());
  const ask = async <T>(command: string, input: object): Promise<T> =>
    (await askOwner<T>(adminAddress(config.dataDir), command, input))!.result;
  return {
    ...collector,
    config,
    ask,
    rows: async (sql: string) => (await ask<QueryResult>('query', { sql })).rows,
    send: async (batch: readonly object[], key = browserKey) => {
      const answer = await collector.app.inject({
        method: 'POST',
        url: '/v1/batch',
        payload: { writeKey: key, batch },
      });
      expect(answer.statusCode).toBe(200);
      return answer.json<{ rejected?: { code: string }[] }>();
    },
  };
};

const track = (anonymousId: string, more: object = {}) => ({
  type: 'track', event: 'E', messageId: randomUUID(), anonymousId, ...more,
}); // prettier-ignore
const phoned = (anonymousId: string) =>
  track(anonymousId, {
    properties: { phone: '8 (999) 555-11-11' },
    context: { traits: { phone: '+79995551111' } },
  });

describe.skipIf(kafka.missing)(title('commands where Kafka is the spool', kafka), () => {
  it(
    'forgets a person in the table, and puts nothing of the topic into a table again',
    { timeout: 120_000 },
    async () => {
      const state = freshName();
      const keysFile = keysIn(temporaryFolder());
      const more = { privacy: { keysFile }, destinations: [{ type: 'duckdb', name: 'first' }] };
      const first = await start({ state, more });
      const other = await start({ state, more: { ...more, role: 'http' } });
      await first.send([phoned('v1'), track('v1'), track('v2'), phoned('v3')]);
      await first.send([track('v4', { userId: 'u4' }), { type: 'nonsense', anonymousId: 'v4' }]);
      await eventually(async () => expect(await first.rows('SELECT * FROM raw_events')).toHaveLength(5));

      const byPhone = await first.ask<ForgetAnswer>('forget', { kind: 'phone', value: '8 999 555-11-11' });
      expect(byPhone).toMatchObject({
        complete: true,
        suppressed: true,
        left: { visitors: ['v1', 'v3'], users: [] },
        subjects: [{ report: { places: [{ name: 'spool', state: 'kept', events: 2 }, { name: 'first', state: 'done', events: 2 }] } }],
      }); // prettier-ignore
      expect(await first.ask<ForgetAnswer>('forget', { kind: 'visitor', value: 'v4' })).toMatchObject({
        complete: true,
        subjects: [{ report: { places: [{ state: 'kept', events: 1, rejects: 1 }, { events: 1 }] } }],
      });
      expect(await first.rows('SELECT anonymous_id FROM raw_events ORDER BY 1')).toEqual([['v1'], ['v2']]);
      // What is on its way is told by the books: what was loaded stays loaded.
      expect(await readKafkaBooks(first.config)).toMatchObject([
        { accepted: 6, loaded: 5, rejected: 1, pending: 0, forgotten: 3, balanced: true },
      ]);

      // A collector elsewhere knows of it soon: a visitor's events are refused, a phone is left out.
      await eventually(async () =>
        expect((await other.send([track('v4')])).rejected).toMatchObject([{ code: 'forgotten' }]),
      );
      await other.send([phoned('v5')]);
      await eventually(async () =>
        expect(await first.rows(`SELECT phone, payload FROM raw_events WHERE anonymous_id = 'v5'`)).toHaveLength(1),
      ); // prettier-ignore
      expect(String(await first.rows('SELECT payload FROM raw_events'))).not.toContain('555');

      // Another warehouse begins with the oldest message: the bytes are in the topic still.
      const second = await start({
        state,
        more: { privacy: { keysFile }, destinations: [{ type: 'duckdb', name: 'second' }], spool: { kafka: { ...kafkaSpool(kafka.url, state, 2).kafka, group: `${state}-2` } } },
      }); // prettier-ignore
      await eventually(async () =>
        expect(await second.rows('SELECT anonymous_id FROM raw_events ORDER BY 1')).toEqual([['v1'], ['v2'], ['v5']]),
      ); // prettier-ignore
      await eventually(async () =>
        expect(await readKafkaBooks(second.config)).toMatchObject([
          { loaded: 3, pending: 0, balanced: true },
        ]),
      );
      // The two with the phone, the visitor's, what was refused of his, and what came before everybody had heard of it.
      const [counts] = await second.rows(
        'SELECT count(*)::int, max(octet_length(payload))::int FROM raw_rejects',
      );
      expect(counts![0]).toBeGreaterThanOrEqual(4);
      expect(counts![1]).toBe(0);

      // May be known again.
      await first.ask('forget', { kind: 'visitor', value: 'v4', lift: true });
      await eventually(async () => expect((await other.send([track('v4')])).rejected ?? []).toEqual([]));
    },
  );

  it(
    'loads nothing with other keys than those that people were forgotten by',
    { timeout: 120_000 },
    async () => {
      const state = freshName();
      const more = (folder: string) => ({ privacy: { keysFile: keysIn(folder) } });
      const first = await start({ state, more: more(temporaryFolder()) });
      await first.ask('forget', { kind: 'visitor', value: 'v1' });
      await first.close();
      const second = await start({ state, more: more(temporaryFolder()) });
      await second.send([track('v1'), track('v2')]);
      await eventually(async () =>
        expect((await second.app.inject('/readyz')).json()).toMatchObject({
          destinations: [{ trouble: { code: 'destination_schema' } }],
        }),
      );
      expect(await second.rows('SELECT count(*) FROM raw_events')).toEqual([['0']]);
    },
  );

  it('wants keys that all have before anybody is forgotten', async () => {
    const only = await start({ state: freshName() });
    await expect(only.ask('forget', { kind: 'visitor', value: 'v1' })).rejects.toMatchObject({
      code: 'keys_missing',
    });
  });

  /** Takes batches, and can lose some. */
  const createTable = () => {
    const batches = new Map<string, LoadBatch>();
    const query = async (sql: string): Promise<QueryResult> => {
      const after = /batch_id > '([^']*)'/.exec(sql)?.[1] ?? '';
      const ids = [...batches.keys()].filter((id) => id > after).sort();
      return { columns: ['batch_id'], rows: ids.map((id) => [id]), truncated: false };
    };
    const load = async (batch: LoadBatch): Promise<void> => {
      if (batches.has(batch.id)) return;
      // The bytes are the spool's.
      batches.set(batch.id, { ...batch, events: [...batch.events] });
    };
    return {
      batches,
      ids: () => [...batches.values()].flatMap(({ events }) => events.map(({ message_id: id }) => id)),
      create: async () => ({ open: async () => undefined, load, query, close: () => undefined }),
    };
  };

  it('gives a destination again what it has lost, each event once', { timeout: 120_000 }, async () => {
    const table = createTable();
    const loader = { maxEvents: 10, maxDelayMs: 20 };
    const one = await start({ state: freshName(), more: { loader }, createDestination: table.create });
    const sent: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      const batch = Array.from({ length: 20 }, (_, at) => track(`v${at % 5}`));
      await one.send(batch);
      // Repeats, which take no row.
      await one.send(batch.slice(0, 5));
      sent.push(...batch.map(({ messageId }) => messageId));
    }
    await eventually(() => expect(table.ids()).toHaveLength(sent.length));
    await eventually(async () => expect(await readKafkaBooks(one.config)).toMatchObject([{ pending: 0 }]));
    const books = await readKafkaBooks(one.config);
    const request = { destination: 'duckdb' };
    expect(await one.ask<ReplayAnswer>('replay', { ...request, dryRun: true })).toMatchObject({ entries: 0 });

    const [, lost, , other] = [...table.batches.keys()];
    const gone = [lost!, other!].reduce((sum, id) => sum + table.batches.get(id)!.events.length, 0);
    for (const id of [lost!, other!]) table.batches.delete(id);
    expect(table.ids()).toHaveLength(sent.length - gone);
    const again = await one.ask<ReplayAnswer>('replay', request);
    expect(again.entries).toBeGreaterThanOrEqual(gone);
    await eventually(() => expect(table.ids()).toHaveLength(sent.length));
    expect(new Set(table.ids())).toEqual(new Set(sent));
    await eventually(async () => expect(await one.ask('remaining', request)).toBe(0));
    expect(await readKafkaBooks(one.config)).toEqual(books);
    // By the name of a batch, and by nobody's.
    table.batches.delete(lost!);
    expect(await one.ask<ReplayAnswer>('replay', { ...request, batch: lost })).toMatchObject({
      destination: 'duckdb',
    });
    await eventually(() => expect(table.ids()).toHaveLength(sent.length));
    await expect(one.ask('replay', { ...request, batch: 'nobody-0-0-1' })).rejects.toMatchObject({
      code: 'batch_unknown',
    });
    await expect(one.ask('replay', { destination: 'none' })).rejects.toMatchObject({
      code: 'destination_unknown',
    });
  });

  it('fills a new destination from the topic, or from a moment on', { timeout: 120_000 }, async () => {
    const state = freshName();
    const tables = { old: createTable(), whole: createTable(), late: createTable() };
    const of = (names: readonly (keyof typeof tables)[]) => ({
      more: { destinations: names.map((name) => ({ type: 'duckdb', name })) },
      createDestination: ({ name }: Readonly<Record<string, unknown>>) =>
        tables[name as keyof typeof tables].create(),
    });
    const folder = temporaryFolder();
    const first = await start({ state, folder, ...of(['old']) });
    await first.send(['a', 'b', 'c'].map((id) => track(id)));
    await eventually(() => expect(tables.old.ids()).toHaveLength(3));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const since = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await first.send(['d', 'e'].map((id) => track(id)));
    await eventually(() => expect(tables.old.ids()).toHaveLength(5));
    await first.close();
    // Before the loader knows of it, as the command line does with a config that names it already.
    const file = join(folder, 'nitka.json');
    const { more } = of(['old', 'late']);
    writeFileSync(
      file,
      JSON.stringify({ sources: testSources, spool: kafkaSpool(kafka.url, state, 2), ...more }),
    );
    const { replayTopic } = await import('../../src/commands/replay-topic.ts');
    const config = parseConfig(
      { sources: testSources, spool: kafkaSpool(kafka.url, state, 2), ...more },
      folder,
    );
    expect(await replayTopic(config, { destination: 'late', since })).toMatchObject({ entries: 0 });
    await start({ state, ...of(['old', 'whole', 'late']) });
    await eventually(() => expect(tables.whole.ids()).toHaveLength(5));
    await eventually(() => expect(tables.late.ids()).toHaveLength(2));
    expect(tables.old.ids()).toHaveLength(5);
  });

  it(
    'says what to do instead of what only a local spool can, and verifies the topic',
    { timeout: 120_000 },
    async () => {
      const program = createCollectorProcess({ spool: kafkaSpool(kafka.url, freshName(), 2) });
      await program.start();
      const answer = await fetch(`${program.url()}/v1/batch`, {
        method: 'POST',
        body: JSON.stringify({ writeKey: serverKey, batch: [track('v1'), track('v2')] }),
      });
      expect(answer.status).toBe(200);
      const folder = temporaryFolder();
      for (const [line, words] of [
        [['rejects', 'list'], 'raw_rejects'],
        [['rejects', 'show', '1'], 'raw_rejects'],
        [['rejects', 'retry', '--all'], 'replay its batch_id'],
        [['backup', folder], 'replicas of the topic'],
        [['restore', folder], 'loaders go on from the topic'],
      ] as const) {
        const said = await program.run(...line).catch((error: { stderr?: string }) => error.stderr ?? '');
        expect(said, line.join(' ')).toMatch(/^kafka_unsupported: /);
        expect(said).toContain(words);
      }
      expect(await program.run('verify')).toContain('whole; 2 entries in 2 messages were read');
    },
  );
});
