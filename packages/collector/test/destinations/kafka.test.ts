import { Admin } from '@platformatic/kafka';
import { describe, expect, it, onTestFinished } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { createKafka } from '../../src/destinations/kafka.ts';
import { destinationConformance, row } from '../destinations.conformance.ts';
import { temporaryFolder } from '../support/collector.ts';
import { takeTurns } from '../support/exclusive.ts';
import { freshName, messagesOf as readMessages } from '../support/kafka.ts';

const kafka = needsServer('kafka');
takeTurns(kafka);
const client = { clientId: 'test', bootstrapBrokers: [kafka.url] };
const topicsOf = (state: string) => ({
  topic: `${state}-events`,
  rejectsTopic: `${state}-rejects`,
  loadsTopic: `${state}-loads`,
});

const open = (state: string, more: object = {}): Promise<Destination> =>
  createKafka(
    {
      type: 'kafka',
      brokers: [kafka.url],
      ...topicsOf(state),
      create: { partitions: 3, replicas: 1 },
      minInsyncReplicas: 1,
      ...more,
    },
    { dataDir: folders.get(state) ?? '.' },
  );

/** Of each state the folder in which its writer's id is kept. */
const folders = new Map<string, string>();
const newState = async (): Promise<string> => {
  const state = freshName();
  folders.set(state, temporaryFolder());
  return state;
};
const states = new WeakMap<Destination, string>();

const messagesOf = (topic: string) => readMessages(kafka.url, topic);

const times = ['occurred_at', 'original_timestamp', 'sent_at', 'received_at', 'loaded_at'];

const read = async (destination: Destination, table: string): Promise<Record<string, unknown>[]> => {
  const { topic, rejectsTopic } = topicsOf(states.get(destination)!);
  const messages = await messagesOf(table === 'raw_events' ? topic : rejectsTopic);
  return messages
    .map(({ value }) => {
      const columns = JSON.parse(value) as Record<string, unknown>;
      for (const name of times) if (columns[name]) columns[name] = Date.parse(String(columns[name]));
      if (table !== 'raw_events') return columns;
      // The payload stands last, as it came.
      const payload = value.slice(value.indexOf(',"payload":') + 11, -1);
      const context = columns['batch_context'];
      return { ...columns, payload, batch_context: context === null ? null : JSON.stringify(context) };
    })
    .sort((a, b) => (String(a['message_id']) < String(b['message_id']) ? -1 : 1));
};

const load = (destination: Destination, id: string, ...events: ReturnType<typeof row>[]): Promise<void> =>
  destination.load({ id, events, rejects: [], loadedAt: 1 });

describe.skipIf(kafka.missing)(title('Kafka', kafka), () => {
  destinationConformance('kafka', {
    newState,
    open: async (state) => {
      const destination = await open(state);
      states.set(destination, state);
      return destination;
    },
    read,
  });

  const opened = async (more: object = {}): Promise<{ destination: Destination; state: string }> => {
    const state = await newState();
    const destination = await open(state, more);
    await destination.open();
    onTestFinished(() => destination.close());
    return { destination, state };
  };

  it('keeps the events of a visitor in one partition and in order, with headers for loaders', async () => {
    const { destination, state } = await opened();
    const ids = Array.from({ length: 60 }, (_, at) => `${at}`);
    await load(destination, 'b1', ...ids.map((id) => row(id, { anonymous_id: `visitor-${Number(id) % 7}` })));
    const messages = await messagesOf(topicsOf(state).topic);
    for (let visitor = 0; visitor < 7; visitor += 1) {
      const own = messages.filter(({ key }) => key === `visitor-${visitor}`);
      expect(new Set(own.map(({ partition }) => partition)).size).toBe(1);
      expect(own.map(({ headers }) => Number(headers.get('messageId')))).toEqual(
        ids.map(Number).filter((id) => id % 7 === visitor),
      );
    }
    expect(Object.fromEntries(messages[0]!.headers)).toMatchObject({
      batchId: 'b1',
      type: 'track',
      source: 'site',
    });
  });

  it('takes the message id for a key where there is no visitor', async () => {
    const { destination, state } = await opened();
    await load(destination, 'b1', row('m', { anonymous_id: null, user_id: 'u' }));
    expect((await messagesOf(topicsOf(state).topic)).map(({ key }) => key)).toEqual(['m']);
  });

  it('cuts a load into requests that the brokers take', async () => {
    const { destination, state } = await opened({ maxRequestBytes: 20_000 });
    const payload = Buffer.from(JSON.stringify({ text: 'x'.repeat(5000) }));
    const events = Array.from({ length: 50 }, (_, at) => row(`${at}`, { payload, anonymous_id: `${at}` }));
    await load(destination, 'b1', ...events);
    const ids = (await messagesOf(topicsOf(state).topic)).map(({ headers }) => headers.get('messageId'));
    expect(new Set(ids).size).toBe(50);
    expect(ids).toHaveLength(50);
  });

  it('calls a row that is too large or has a broken date poison before anything of its batch is sent', async () => {
    const { destination, state } = await opened({ maxRequestBytes: 20_000 });
    const large = row('x', { payload: Buffer.from(JSON.stringify('x'.repeat(30_000))) });
    for (const bad of [large, row('x', { occurred_at: Number.NaN }), row('x', { received_at: Number.NaN })]) {
      await expect(load(destination, 'b1', row('m'), bad)).rejects.toMatchObject({ kind: 'poison' });
    }
    expect(await messagesOf(topicsOf(state).topic)).toEqual([]);
    await load(destination, 'b2', row('m'));
    expect(await messagesOf(topicsOf(state).topic)).toHaveLength(1);
  });

  it('makes no topic unasked, and says which is missing', async () => {
    const destination = await open(await newState(), { create: undefined });
    await expect(destination.open()).rejects.toMatchObject({
      kind: 'schema',
      message: expect.stringContaining('events'),
    });
  });

  it('refuses topics in which rows would not be safe', async () => {
    const state = await newState();
    const { topic, rejectsTopic, loadsTopic } = topicsOf(state);
    const admin = new Admin(client);
    const policy = [{ name: 'cleanup.policy', value: 'compact' }];
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1, configs: policy });
    await admin.createTopics({ topics: [rejectsTopic, loadsTopic], partitions: 1, replicas: 1 });
    await admin.close();
    const destination = await open(state);
    await expect(destination.open()).rejects.toMatchObject({
      kind: 'schema',
      message: expect.stringContaining('compact'),
    });
    const other = await opened();
    const strict = await open(other.state, { minInsyncReplicas: 2 });
    await expect(strict.open()).rejects.toMatchObject({
      message: expect.stringContaining('min.insync.replicas'),
    });
    const larger = await open(other.state, { maxRequestBytes: 5_000_000 });
    await expect(larger.open()).rejects.toMatchObject({
      message: expect.stringContaining('max.message.bytes'),
    });
  });

  it('loses nothing when another batch follows one whose end is unknown', { timeout: 120_000 }, async () => {
    const { destination, state } = await opened({ timeoutSeconds: 2 });
    await load(destination, 'b0', row('0'));
    await kafka.control('stop');
    await expect(load(destination, 'b1', row('1'))).rejects.toMatchObject({ kind: 'temporary' });
    await kafka.control('start');
    await load(destination, 'b2', row('2'));
    await load(destination, 'b1', row('1'));
    const ids = (await messagesOf(topicsOf(state).topic)).map(({ headers }) => headers.get('messageId'));
    expect(ids.sort()).toEqual(['0', '1', '2']);
  });

  it('sends every row once while the broker is killed', { timeout: 180_000 }, async () => {
    const { destination, state } = await opened({ timeoutSeconds: 5 });
    let done = false;
    const killing = (async () => {
      for (let round = 0; round < 2 && !done; round += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100 + round * 70));
        await kafka.control('kill');
        await kafka.control('start');
      }
    })();
    for (let at = 0; at < 40; at += 1) {
      const id = `b${at}`;
      const events = Array.from({ length: 200 }, (_, index) =>
        row(`${id}-${index}`, { anonymous_id: `${index % 20}` }),
      );
      for (;;) {
        const failure = await load(destination, id, ...events).then(
          () => null,
          (error: unknown) => error,
        );
        if (failure === null) break;
        expect(failure).toMatchObject({ kind: 'temporary' });
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    done = true;
    await killing;
    const ids = (await messagesOf(topicsOf(state).topic)).map(({ headers }) => headers.get('messageId'));
    expect(new Set(ids).size).toBe(8000);
    expect(ids).toHaveLength(8000);
  });
});

it('names every fault of its options', async () => {
  const options = { type: 'kafka', brokers: ['nowhere'], topic: 'a b', create: { partitions: 0 }, acks: 1 };
  const failure = await createKafka(options, { dataDir: '.' }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'config_invalid' });
  for (const path of ['kafka.brokers.0', 'kafka.topic', 'kafka.create.partitions', 'replicas', '"acks"']) {
    expect((failure as { detail: string }).detail).toContain(path);
  }
  await expect(createKafka({}, { dataDir: '.' })).rejects.toMatchObject({ code: 'config_invalid' });
  await expect(createKafka({ brokersVariable: 'NITKA_NOT_SET' }, { dataDir: '.' })).rejects.toMatchObject({
    detail: expect.stringContaining('NITKA_NOT_SET'),
  });
});
