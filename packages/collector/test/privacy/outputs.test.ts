import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { v7 } from 'uuid';
import { adminAddress } from '../../src/admin/address.ts';
import { askOwner } from '../../src/admin/client.ts';
import { openCollector } from '../../src/collector.ts';
import { parseConfig } from '../../src/config-file.ts';
import { DestinationError } from '../../src/destinations/destination.ts';
import type { Destination, LoadBatch } from '../../src/destinations/destination.ts';
import { createDestination } from '../../src/destinations/index.ts';
import { browserKey, page, serverKey, temporaryFolder, testSources } from '../support/collector.ts';

/** Personal data and secrets, in each form in which they may come back. */
const planted = [
  '79995550123',
  '999) 555-01-23',
  'planted.person@mail.ru',
  'planted.person%40mail.ru',
  'Планетова',
  'planted-visitor',
  'planted-user',
  'planted-agent',
  'planted-path',
  '203.0.113.77',
  serverKey,
  'ns_wrong_key_planted',
];

const person = {
  anonymousId: 'planted-visitor',
  userId: 'planted-user',
  traits: { phone: '+79995550123', email: 'planted.person@mail.ru', lastName: 'Планетова' },
  context: { ip: '203.0.113.77', userAgent: 'planted-agent' },
};

/** What engines say when they fail: with the row in it. */
const failures: ((batch: LoadBatch) => DestinationError)[] = [
  ({ events }) =>
    new DestinationError(
      'temporary',
      `INSERT failed at row ${JSON.stringify(events.map((row) => ({ ...row, payload: String(row.payload) })))}`,
    ),
  ({ events: [row] }) =>
    new DestinationError(
      'temporary',
      `Failing row contains (${row?.user_id}, Планетова, ${row?.phone}, ${row?.ip}).`,
    ),
  ({ events: [row] }) =>
    new DestinationError(
      'temporary',
      `could not convert string "${row?.user_id} Планетова" to INT\nCONTEXT: ${String(row?.payload)}`,
    ),
  ({ events: [row] }) =>
    new DestinationError('schema', `no column for '${row?.user_id}', value ${row?.email} 8 (999) 555-01-23`),
  ({ events: [row] }) =>
    Object.assign(new DestinationError('temporary', 'x'), {
      message: `unexpected {${row?.user_id}} at ${row?.phone}`,
    }),
];

it('tells no output of the collector whom it serves, whatever goes wrong', async () => {
  const folder = temporaryFolder();
  const lines: string[] = [];
  const outputs = [process.stdout, process.stderr].map((stream) => {
    const { write } = stream;
    stream.write = (chunk: unknown) => {
      lines.push(String(chunk));
      return true;
    };
    return () => void (stream.write = write);
  });
  const restore = (): void => outputs.forEach((each) => each());
  onTestFinished(restore);

  let round = 0;
  const config = parseConfig(
    {
      sources: testSources,
      log: { level: 'debug' },
      loader: { maxDelayMs: 5 },
      listen: { port: 0 },
      limits: { eventBytes: 2000 },
    },
    folder,
  );
  const collector = await openCollector(config, {
    random: () => 0.001,
    createDestination: async (options, dataDir): Promise<Destination> => {
      const real = await createDestination(options, dataDir);
      return {
        ...real,
        async load(batch) {
          const failure = batch.events.length > 0 ? failures[round] : undefined;
          round += failure ? 1 : 0;
          if (failure) throw failure(batch);
          if (batch.events.some(({ event }) => event === 'poison'))
            throw new DestinationError('poison', `bad row: ${JSON.stringify(person)}`);
          await real.load(batch);
        },
        erase: () => Promise.reject(new Error(`cannot erase ${JSON.stringify(person)}`)),
      };
    },
  });
  onTestFinished(() => collector.close());

  const answers: string[] = [];
  const send = async (
    url: string,
    payload: string | Buffer,
    headers: Record<string, string> = {},
    method: 'POST' | 'PUT' | 'DELETE' = 'POST',
  ) => {
    const answer = await collector.app.inject({
      method,
      url,
      payload,
      remoteAddress: '203.0.113.77',
      headers: { 'user-agent': 'planted-agent', cookie: 'vid=planted-visitor; n=Планетова', ...headers },
    });
    answers.push(`${answer.statusCode} ${JSON.stringify(answer.headers)} ${answer.body}`);
    return answer.statusCode;
  };
  const event = (more: object = {}) => ({ type: 'track', event: 'E', messageId: v7(), ...person, ...more });
  const body = (...events: object[]) => JSON.stringify({ writeKey: serverKey, batch: events });
  const basic = { authorization: `Basic ${Buffer.from(`${serverKey}:`).toString('base64')}` };
  const query = '?q=planted.person@mail.ru&phone=79995550123&planted-path';

  const statuses = new Set<number>();
  const ask = async (...args: Parameters<typeof send>): Promise<void> =>
    void statuses.add(await send(...args));
  await ask(`/v1/batch${query}`, body(event(), event()), basic);
  await ask(`/v1/track/${query}`, JSON.stringify(event({ event: 7 })), basic);
  await ask('/v1/batch', body(event({ event: 'poison' }), { type: 'planted-path', ...person }), basic);
  await ask('/v1/batch', body(event({ properties: { long: 'Планетова'.repeat(500) } })), basic);
  await ask('/v1/batch', body(event()).slice(0, -40), basic);
  await ask('/v1/batch', '"planted.person@mail.ru"', basic);
  await ask('/v1/batch', gzipSync(body(event())).subarray(0, 60), { ...basic, 'content-encoding': 'gzip' });
  await ask('/v1/batch', body(event()), { ...basic, 'content-encoding': 'planted-path' });
  await ask(`/v1/batch?writeKey=ns_wrong_key_planted`, body(event()), {
    authorization: 'Bearer ns_wrong_key_planted',
  });
  await ask('/v1/batch', JSON.stringify({ writeKey: browserKey, batch: [event()] }), {
    origin: 'https://planted-path.example',
  });
  await ask(`/planted-path/planted.person@mail.ru${query}`, '{}');
  await ask('/v1/batch', '{}', {}, 'PUT');
  await ask('/v1/visitor', '{"writeKey":"ns_wrong_key_planted","anonymousId":"planted-visitor"}');
  await ask('/v1/visitor', '{planted.person@mail.ru', { origin: page });
  await ask('/v1/batch', 'Планетова'.repeat(400_000), basic);
  const data = Buffer.from(JSON.stringify(event({ event: 9 }))).toString('base64url');
  await collector.app.inject({ method: 'GET', url: `/v1/pixel/track?data=${data}&writeKey=${serverKey}` });
  await collector.app.inject({ method: 'GET', url: `/v1/projects/ns_wrong_key_planted/settings${query}` });
  expect([...statuses].sort()).toEqual([200, 400, 401, 403, 404, 405, 413, 415]);

  while (collector.spool.lag('duckdb') > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(round).toBe(failures.length);
  for (const url of ['/metrics', '/readyz', '/healthz', '/'])
    answers.push((await collector.app.inject({ url })).body);
  const admin = adminAddress(config.dataDir);
  for (const [command, input] of [
    ['ledger', {}],
    ['forget', { kind: 'phone', value: '+79995550123' }],
    ['forgetProgress', {}],
    ['planted-path', {}],
  ] as const)
    answers.push(
      JSON.stringify(
        await askOwner(admin, command, input).catch((error: unknown) => ({ error: String(error) })),
      ),
    );
  // Something that nobody foresaw: its message must not be written down.
  const { append } = collector.spool;
  collector.spool.append = () => Promise.reject(new Error(`boom ${JSON.stringify(person)}`));
  expect(await send('/v1/batch', body(event()), basic)).toBe(500);
  collector.spool.append = append;
  await collector.close();
  restore();

  const written = lines.join('');
  expect(written).toContain('a load failed');
  expect(written.match(/a load failed/g)!.length).toBe(failures.length);
  expect(written).toContain('request failed');
  for (const text of planted) {
    expect([text, lines.filter((line) => line.includes(text))]).toEqual([text, []]);
    // A visitor's own id is given back to the visitor.
    if (text !== 'planted-visitor')
      expect([text, answers.filter((answer) => answer.includes(text))]).toEqual([text, []]);
  }
});
