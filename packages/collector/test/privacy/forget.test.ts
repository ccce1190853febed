import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { v7 } from 'uuid';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import type { Collector } from '../../src/collector.ts';
import { DestinationError } from '../../src/destinations/destination.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { createDestination } from '../../src/destinations/index.ts';
import type { LedgerLine } from '../../src/ledger.ts';
import type { ForgetAnswer, ForgetInput } from '../../src/privacy/forgetting.ts';
import { newKeyring, writeKeyring } from '../../src/privacy/keyring.ts';
import { createSeal, newVaultKey } from '../../src/privacy/vault-key.ts';
import { openVault } from '../../src/privacy/vault.ts';
import { browserKey, openTestCollector, page, temporaryFolder } from '../support/collector.ts';
import { takeTurns } from '../support/exclusive.ts';
import { freshDatabase, freshSchema } from '../support/fresh-tables.ts';

const postgres = needsServer('postgres');
const clickhouse = needsServer('clickhouse');
takeTurns(postgres, clickhouse);

const phone = '+79995551111';
const digits = '9995551111';

interface Opened {
  readonly folder: string;
  readonly names: readonly string[];
  send(...events: Record<string, unknown>[]): Promise<Record<string, unknown>>;
  forget(input: ForgetInput): Promise<ForgetAnswer>;
  books(): LedgerLine[];
  loaded(): Promise<void>;
  ask(name: string, sql: string): Promise<unknown[][]>;
  close(): Promise<void>;
  readonly collector: Collector;
}

type Wrap = (destination: Destination, name: string) => Destination;

const open = async (
  config: Record<string, unknown> = {},
  {
    folder = temporaryFolder(),
    wrap = (destination: Destination) => destination,
  }: { folder?: string; wrap?: Wrap } = {},
): Promise<Opened> => {
  const real = new Map<string, Destination>();
  const collector = await openTestCollector(config, folder, {
    random: () => 0.01,
    createDestination: async (options, dataDir) => {
      const destination = await createDestination(options, dataDir);
      real.set(options.name, destination);
      return wrap(destination, options.name);
    },
  });
  const { names } = collector;
  return {
    folder,
    names,
    collector,
    async send(...events) {
      const batch = events.map((event) => ({
        type: 'track',
        event: 'E',
        anonymousId: 'someone',
        messageId: v7(),
        ...event,
      }));
      const payload = JSON.stringify({ writeKey: browserKey, batch });
      const headers = { origin: page };
      const post = () => collector.app.inject({ method: 'POST', url: '/v1/batch', payload, headers });
      let answer = await post();
      // A machine that is busy with other tests: what every SDK does.
      while (answer.statusCode === 503) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        answer = await post();
      }
      expect(answer.statusCode).toBe(200);
      return answer.json();
    },
    forget: (input) => collector.ask<ForgetAnswer>('forget', input),
    books: () => collector.spool.books(names),
    loaded: () => collector.loaded(),
    ask: async (name, sql) => (await real.get(name)!.query!(sql, 10_000)).rows as unknown[][],
    close: () => collector.close(),
  };
};

/** Files under a folder that have these bytes. */
const filesWith = (folder: string, text: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file, 'latin1').includes(text));

/** accepted = loaded + duplicate + rejected + pending, and each table has what was loaded and not forgotten. */
const expectBalance = async ({ books, names, ask }: Opened): Promise<void> => {
  for (const line of books()) expect(line).toMatchObject({ balanced: true });
  for (const name of names) {
    const [[count]] = (await ask(name, 'SELECT count(*) FROM raw_events')) as [[unknown]];
    const lines = books().filter((line) => line.destination === name);
    expect([name, Number(count)]).toEqual([
      name,
      lines.reduce((sum, { loaded, forgotten }) => sum + loaded - forgotten, 0),
    ]);
  }
};

const someone = (at: number) => ({
  anonymousId: `v${at}`,
  traits: { phone: `+7916${String(1_000_000 + at * 7)}` },
});

describe('forget', () => {
  it('takes a person out of tables, lake, rejects and spool, down to the bytes on the disk', async () => {
    const opened = await open({
      destinations: [{ type: 'duckdb' }, { type: 'parquet' }],
      spool: { keepDays: 1 },
    });
    await opened.send(...Array.from({ length: 50 }, (_, at) => someone(at)), {
      traits: { phone },
      anonymousId: 'her',
    });
    await opened.send({ properties: { note: 'call 8 (999) 555-11-11' } }, { type: 'nonsense', phone });
    await opened.loaded();
    const before = filesWith(opened.folder, digits).map((file) => file.slice(opened.folder.length));
    expect(before).toContainEqual(expect.stringContaining('spool'));
    expect(before).toContainEqual(expect.stringContaining('warehouse'));
    const dry = await opened.forget({ kind: 'phone', value: '8 999 555-11-11', dryRun: true });
    expect(
      dry.subjects[0]!.report.places.map(({ name, events, rejects }) => [name, events, rejects]),
    ).toEqual([
      ['spool', 2, 1],
      ['duckdb', 2, 1],
      ['parquet', 2, 1],
    ]);
    expect(await opened.ask('duckdb', 'SELECT count(*) FROM raw_events')).toEqual([['52']]);

    const answer = await opened.forget({ kind: 'phone', value: '8 999 555-11-11' });
    expect(answer).toMatchObject({
      complete: true,
      suppressed: true,
      left: { visitors: ['her', 'someone'], users: [] },
    });
    expect(filesWith(opened.folder, digits)).toEqual([]);
    expect(filesWith(opened.folder, '999) 555')).toEqual([]);
    await expectBalance(opened);
    expect(opened.books()).toMatchObject([
      { destination: 'duckdb', accepted: 53, loaded: 52, rejected: 1, pending: 0, forgotten: 2 },
      { destination: 'parquet', accepted: 53, loaded: 52, rejected: 1, pending: 0, forgotten: 2 },
    ]);
    const again = await opened.forget({ kind: 'phone', value: phone });
    expect(again.subjects[0]!.report.places.every(({ events, rejects }) => events + rejects === 0)).toBe(
      true,
    );
    await opened.send(someone(99));
    await opened.loaded();
    await expectBalance(opened);
  });

  it(
    title(title('takes a person out of PostgreSQL and ClickHouse', postgres), clickhouse),
    { skip: postgres.missing !== undefined || clickhouse.missing !== undefined },
    async () => {
      const database = freshDatabase(clickhouse.url);
      const opened = await open({
        destinations: [
          { type: 'postgres', url: postgres.url, schema: freshSchema(postgres.url) },
          { type: 'clickhouse', url: clickhouse.url, database },
        ],
      });
      const ask: Opened['ask'] = (of, sql) =>
        opened.ask(of, of === 'clickhouse' ? sql.replace('raw_', `${database}.raw_`) : sql);
      await opened.send(...Array.from({ length: 20 }, (_, at) => someone(at)), { traits: { phone } });
      await opened.send({ properties: { note: 'call 8 (999) 555-11-11' } }, { type: 'nonsense', phone });
      await opened.loaded();
      expect(await opened.forget({ kind: 'phone', value: phone })).toMatchObject({ complete: true });
      for (const of of opened.names) {
        expect(
          (await ask(of, "SELECT count(*) FROM raw_events WHERE payload LIKE '%999%555%11%11%'"))
            .flat()
            .map(Number),
        ).toEqual([0]);
        expect((await ask(of, 'SELECT count(*) FROM raw_rejects')).flat().map(Number)).toEqual([0]);
      }
      await expectBalance({ ...opened, ask });
    },
  );

  it('lets nothing reach a destination that was away meanwhile, and completes when it is back', async () => {
    let away = true;
    const opened = await open(
      { destinations: [{ type: 'duckdb' }, { type: 'parquet' }] },
      {
        wrap: (real, name) =>
          name === 'duckdb'
            ? real
            : {
                ...real,
                async load(batch) {
                  if (away) throw new DestinationError('temporary', 'away');
                  await real.load(batch);
                },
                async erase(erasure, dryRun) {
                  if (away) throw new DestinationError('temporary', 'away');
                  return real.erase!(erasure, dryRun);
                },
              },
      },
    );
    await opened.send({ traits: { phone } }, someone(1));
    while (opened.collector.spool.lag('duckdb') > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const answer = await opened.forget({ kind: 'phone', value: phone });
    expect(answer.complete).toBe(false);
    expect(answer.subjects[0]!.report.places).toMatchObject([
      { name: 'spool', state: 'done', events: 1 },
      { name: 'duckdb', state: 'done', events: 1 },
      { name: 'parquet', state: 'failed' },
    ]);
    expect(opened.books()).toMatchObject([
      { destination: 'duckdb', accepted: 2, loaded: 2, rejected: 0, forgotten: 1, balanced: true },
      {
        destination: 'parquet',
        accepted: 2,
        loaded: 0,
        rejected: 1,
        pending: 1,
        forgotten: 0,
        balanced: true,
      },
    ]);
    away = false;
    await opened.loaded();
    expect(await opened.forget({ kind: 'phone', value: phone })).toMatchObject({ complete: true });
    expect(await opened.ask('parquet', 'SELECT anonymous_id FROM raw_events')).toEqual([['v1']]);
    expect(await opened.ask('parquet', 'SELECT code, octet_length(payload) FROM raw_rejects')).toEqual([
      ['forgotten', '0'],
    ]);
    expect(filesWith(opened.folder, digits)).toEqual([]);
    await expectBalance(opened);
  });

  it('counts right what had got through though the answer was lost', async () => {
    let lost = true;
    const opened = await open(
      {},
      {
        wrap: (real) => ({
          ...real,
          async load(batch) {
            await real.load(batch);
            if (lost) throw new DestinationError('temporary', 'the answer was lost');
          },
        }),
      },
    );
    await opened.send({ traits: { phone } }, someone(1));
    while (opened.collector.spool.cursor('duckdb').ranges.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    const count = async () => (await opened.ask('duckdb', 'SELECT count(*) FROM raw_events')).flat();
    await expect.poll(count).toEqual(['2']);
    expect(await opened.forget({ kind: 'phone', value: phone })).toMatchObject({ complete: true });
    for (const line of opened.books())
      expect(line).toMatchObject({ balanced: true, loaded: 1, pending: 1, forgotten: 1 });
    lost = false;
    await opened.loaded();
    await expectBalance(opened);
    expect(opened.books()).toMatchObject([{ loaded: 2, rejected: 0, forgotten: 1, pending: 0 }]);
  });

  it('says of a destination without it that it cannot forget', async () => {
    const opened = await open(
      {},
      {
        wrap: ({ erase: _erase, ...rest }) => rest,
      },
    );
    await opened.send({ traits: { phone } });
    await opened.loaded();
    const answer = await opened.forget({ kind: 'phone', value: phone });
    expect(answer).toMatchObject({ complete: true });
    expect(answer.subjects[0]!.report.places[1]).toMatchObject({ name: 'duckdb', state: 'cannot' });
  });

  it('goes on to the ids that the rows name, if it is asked to', async () => {
    const opened = await open();
    await opened.send(
      { traits: { phone }, anonymousId: 'her', userId: 'u7' },
      { anonymousId: 'her', event: 'before' },
      { anonymousId: 'her-other', userId: 'u7' },
      { anonymousId: 'him' },
    );
    await opened.loaded();
    const answer = await opened.forget({ kind: 'phone', value: phone, linked: true });
    expect(answer.subjects.map(({ kind }) => kind)).toEqual(['phone', 'visitor', 'user']);
    expect(await opened.ask('duckdb', 'SELECT anonymous_id FROM raw_events')).toEqual([['him']]);
    await expectBalance(opened);
  });

  it('refuses what is no person', async () => {
    const opened = await open();
    for (const [kind, value] of [
      ['phone', '12'],
      ['email', 'ann'],
      ['visitor', ''],
      ['user', ' '],
    ] as const)
      await expect(opened.forget({ kind, value })).rejects.toMatchObject({ code: 'forget_invalid' });
  });

  it.each(['token', 'hash'] as const)(
    'finds a person behind every %s there was, and empties the vault',
    async (identifiers) => {
      const folder = temporaryFolder();
      const vaultKeyFile = join(folder, 'vault.key');
      writeFileSync(vaultKeyFile, newVaultKey());
      writeKeyring(join(folder, 'keys.json'), newKeyring(new Date(0).toISOString()));
      const opened = await open(
        { privacy: { identifiers, vaultKeyFile, keysFile: 'keys.json' } },
        { folder },
      );
      await opened.send(
        { traits: { phone, email: 'ann@mail.ru' } },
        { properties: { customerPhone: phone } },
        { userId: '79995551111' },
        someone(1),
      );
      await opened.loaded();
      expect(await opened.forget({ kind: 'phone', value: phone })).toMatchObject({ complete: true });
      expect(await opened.ask('duckdb', 'SELECT anonymous_id FROM raw_events')).toEqual([['v1']]);
      await opened.close();
      const vault = openVault(join(folder, 'data', 'vault'));
      onTestFinished(() => vault.close());
      const seal = createSeal(readFileSync(vaultKeyFile, 'utf8'), 'test');
      const values = [...vault.entries('')].map(([key, entry]) =>
        entry.type === 'sealed' ? seal.open(entry.sealed, key) : entry.type,
      );
      expect(values.length).toBe(2); // the other's phone, and her e-mail, which was not named
      expect(values.join()).not.toContain(digits);
    },
  );
});

describe('who was forgotten', () => {
  it('is not collected again by phone or e-mail: the event is kept without it', async () => {
    const opened = await open();
    await opened.forget({ kind: 'phone', value: phone });
    await opened.forget({ kind: 'email', value: 'Ann@mail.ru' });
    const { createHash } = await import('node:crypto');
    const phoneSha256 = createHash('sha256').update(phone).digest('hex');
    const events = [
      { traits: { phone: '8 (999) 555-11-11', plan: 'a' } },
      { traits: { phoneSha256 } },
      { properties: { mobile: 79995551111, email: ' ann@mail.ru' } },
      { context: { page: { url: 'https://a.ru/?phone=%2B79995551111&e=ann%40mail.ru' } } },
      { userId: 'ann@mail.ru' },
      someone(3),
    ];
    expect(await opened.send(...events)).toEqual({ success: true, accepted: 6, duplicates: 0 });
    await opened.loaded();
    const rows = await opened.ask(
      'duckdb',
      'SELECT phone, email, user_id, payload::VARCHAR FROM raw_events ORDER BY message_id',
    );
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      [null, null, null],
      [null, null, null],
      [null, null, null],
      [null, null, null],
      [null, null, null],
      [someone(3).traits.phone, null, null],
    ]);
    expect(JSON.parse(String(rows[0]![3]))).toMatchObject({ traits: { phone: null, plan: 'a' } });
    expect(JSON.parse(String(rows[3]![3]))).toMatchObject({
      context: { page: { url: 'https://a.ru/?phone=&e=' } },
    });
    expect(filesWith(opened.folder, digits)).toEqual([]);
    expect(filesWith(opened.folder, 'ann@mail')).toEqual([]);
    expect(filesWith(opened.folder, phoneSha256)).toEqual([]);
    await expectBalance(opened);
  });

  it.each([
    ['visitor', { anonymousId: 'her-id' }],
    ['user', { userId: 'her-id' }],
  ] as const)(
    'is refused as a %s, with a code and without a trace, until the list says otherwise',
    async (kind, ids) => {
      const opened = await open();
      await opened.forget({ kind, value: 'her-id' });
      const answer = await opened.send({ ...ids, properties: { secret: 'planted' } }, { anonymousId: 'him' });
      expect(answer).toMatchObject({
        success: true,
        accepted: 1,
        rejected: [{ index: 0, code: 'forgotten' }],
      });
      await opened.loaded();
      expect(
        await opened.ask('duckdb', 'SELECT code, message_id, octet_length(payload) FROM raw_rejects'),
      ).toEqual([['forgotten', null, '0']]);
      expect(filesWith(opened.folder, 'her-id')).toEqual([]);
      expect(filesWith(opened.folder, 'planted')).toEqual([]);
      await expectBalance(opened);
      await opened.forget({ kind, value: 'her-id', lift: true });
      expect(await opened.send(ids)).toMatchObject({ accepted: 1 });
      const log = readFileSync(join(opened.folder, 'data', 'audit.log'), 'utf8');
      expect(
        log
          .trim()
          .split('\n')
          .map((line) => (JSON.parse(line) as { action: string }).action),
      ).toEqual(['forget', 'lift']);
      expect(log).not.toContain('her-id');
      expect(existsSync(join(opened.folder, 'data', 'keys.json'))).toBe(true);
    },
  );
});
