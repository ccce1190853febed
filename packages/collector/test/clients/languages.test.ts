import { execFileSync, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import { hashWriteKey } from '../../src/plugins/write-key.ts';
import { makeCertificate } from '../support/certificate.ts';
import { eventually } from '../support/eventually.ts';
import { openTestCollector, serverKey, temporaryFolder } from '../support/collector.ts';
import type { TestCollector } from '../support/collector.ts';

const folder = import.meta.dirname;
const runtimes = { python: needsServer('python'), go: needsServer('go'), java: needsServer('java') };

interface Client {
  readonly language: keyof typeof runtimes;
  /** The program beside this test, which makes the six calls with each of the ways. */
  readonly program: string;
  readonly library: RegExp;
  /** Ways to send; the program makes a client for each. */
  readonly ways: readonly string[];
}

const clients: Readonly<Record<string, Client>> = {
  'Segment’s client for Python': { language: 'python', program: 'segment_client.py', library: /^analytics-python\/2\.4\.0$/, ways: ['plain', 'gzip'] },
  'RudderStack’s client for Python': { language: 'python', program: 'rudderstack_client.py', library: /^analytics-python\/2\.1\.9$/, ways: ['plain', 'gzip'] },
  'Segment’s client for Go': { language: 'go', program: 'segment', library: /^analytics-go\/3\.0\.0$/, ways: ['plain'] },
  'RudderStack’s client for Go': { language: 'go', program: 'rudderstack', library: /^analytics-go\/4\.2\.1$/, ways: ['plain', 'gzip'] },
  'Segment’s client for Java': { language: 'java', program: 'segment', library: /^analytics-java\/3\.5\.4$/, ways: ['plain'] },
  'RudderStack’s client for Java': { language: 'java', program: 'rudderstack', library: /^analytics-java\/3\.1\.2$/, ways: ['plain', 'gzip'] },
}; // prettier-ignore

interface Program {
  /** Of both its outputs, until now. */
  output(): string;
  readonly ended: Promise<number | null>;
  /** Tells it that it may end. */
  letGo(): void;
}

const start = (runner: string, args: readonly string[], url: string, key = serverKey): Program => {
  const env = { ...process.env, NITKA_URL: url, NITKA_KEY: key, PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(runner, args, { env, stdio: 'pipe' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (output += text.toString()));
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { output: () => output, ended, letGo: () => child.stdin.end() };
};

/** How the bodies came: their encodings, in the order of the requests. */
const watchEncodings = (collector: TestCollector): (string | undefined)[] => {
  const seen: (string | undefined)[] = [];
  collector.app.server.on('request', ({ headers }) => seen.push(headers['content-encoding']));
  return seen;
};

const columns = `type, event, user_id, anonymous_id, phone, email, source, bot, library,
  coalesce(payload->>'$.traits.name', payload->>'$.context.traits.name') AS name,
  payload->>'$.properties.note' AS note, epoch_ms(original_timestamp) AS original`;

/** What the six calls must have become. */
const expected = (way: string, library: RegExp) => {
  const [user_id, anonymous_id] = [`${way}-user`, `${way}-visitor`];
  const common = { event: null, phone: null, email: null, source: 'till', bot: null };
  const rows = [
    { ...common, type: 'alias', user_id },
    { ...common, type: 'group', user_id, name: 'G' },
    {
      ...common,
      type: 'identify',
      user_id,
      phone: '+79995551111',
      email: 'ann@mail.ru',
      name: 'Анна Ёлкина 🧵',
    },
    { ...common, type: 'page', event: 'Home', user_id: null, anonymous_id },
    { ...common, type: 'screen', event: 'Cart', user_id: null, anonymous_id },
    {
      ...common,
      type: 'track',
      event: 'Заказ «оформлен»',
      user_id,
      note: 'a "quote"\n\u2028</script>\0',
      original: String(Date.UTC(2026, 0, 2, 0, 4, 5, 678)),
    },
  ];
  return rows.map((row) => ({ ...row, library: expect.stringMatching(library) as string }));
};

describe.each(Object.entries(clients))('%s', (_name, { language, program, library, ways }) => {
  const runtime = runtimes[language];

  it.skipIf(runtime.missing)(title('brings every event once, unmodified', runtime), async () => {
    const collector = await openTestCollector();
    const url = `http://127.0.0.1:${await collector.listen()}`;
    const encodings = watchEncodings(collector);
    const running = start(runtime.url, [join(folder, language, program)], url);
    expect([await running.ended, running.output()]).toEqual([0, expect.anything()]);
    // The last of its clients has a key that nobody knows: the owner is told why in the collector's words.
    expect(running.output()).toContain('write key is missing or unknown');
    expect(encodings.includes('gzip')).toBe(ways.includes('gzip'));
    expect(encodings.includes(undefined)).toBe(true);

    await collector.loaded();
    for (const way of ways) {
      const rows = await collector.rows(
        `SELECT ${columns} FROM raw_events WHERE coalesce(user_id, anonymous_id) LIKE '${way}-%' ORDER BY type`,
      );
      expect(rows).toMatchObject(expected(way, library));
    }
    expect(await collector.rows('SELECT previous_id FROM aliases ORDER BY 1')).toEqual(
      [...ways].sort().map((way) => ({ previous_id: `${way}-visitor` })),
    );
    expect(await collector.rows('SELECT DISTINCT group_id FROM groups')).toEqual([{ group_id: 'group-1' }]);
    expect(collector.spool.ledger.read().get('till')).toMatchObject({
      accepted: ways.length * 6,
      duplicate: 0,
    });
    expect(collector.balanced()).toBe(true);
  });
});

const { java } = runtimes;

it.skipIf(java.missing)(title('Segment’s client for Kotlin and Android, over TLS', java), async () => {
  const own = temporaryFolder();
  const tls = await makeCertificate(own);
  // It keeps what it has not sent in a folder of this name, and another run must not find it.
  const key = `kotlin-${process.pid}-${Date.now()}`;
  onTestFinished(() => rmSync(join('/tmp/analytics-kotlin', key), { recursive: true, force: true }));
  const sources = [{ name: 'till', kind: 'server', writeKeySha256: hashWriteKey(key) }];
  const collector = await openTestCollector({ sources, listen: { port: 0, tls } });
  const port = await collector.listen();
  const store = join(own, 'trusted.p12');
  const password = 'changeit';
  execFileSync('keytool', ['-importcert', '-noprompt', '-file', tls.certFile, '-keystore', store, '-storepass', password], { stdio: 'pipe' }); // prettier-ignore
  const trust = [`-Djavax.net.ssl.trustStore=${store}`, `-Djavax.net.ssl.trustStorePassword=${password}`];
  const running = start(java.url, [join(folder, 'java/kotlin'), ...trust], `https://localhost:${port}`, key);
  await eventually(() => {
    expect([collector.spool.ledger.read().get('till')?.accepted, running.output()]).toEqual([
      5,
      expect.anything(),
    ]);
  });
  running.letGo();
  expect(await running.ended).toBe(0);

  await collector.loaded();
  const rows = await collector.rows(
    'SELECT type, event, user_id, email, library, anonymous_id FROM raw_events ORDER BY type',
  );
  const common = {
    event: null,
    email: null,
    user_id: 'plain-user',
    library: 'analytics-kotlin/1.27.0',
    anonymous_id: rows[0]?.['anonymous_id'],
  };
  expect(rows).toEqual([
    { ...common, type: 'alias', user_id: 'other-user' },
    { ...common, type: 'group' },
    { ...common, type: 'identify', email: 'ann@mail.ru' },
    { ...common, type: 'screen', event: 'Cart' },
    { ...common, type: 'track', event: 'Заказ «оформлен»' },
  ]);
  expect(collector.balanced()).toBe(true);
});
