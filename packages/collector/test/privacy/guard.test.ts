import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { v7 } from 'uuid';
import { newKeyring, writeKeyring } from '../../src/privacy/keyring.ts';
import { newVaultKey } from '../../src/privacy/vault-key.ts';
import { browserKey, openTestCollector, page, serverKey, temporaryFolder } from '../support/collector.ts';
import type { TestCollector } from '../support/collector.ts';

afterEach(() => void vi.unstubAllEnvs());

const phone = '+79995551111';
const email = 'ann@mail.ru';

/** A collector with keys of its own. */
const openWith = async (
  privacy: Record<string, unknown>,
  folder = temporaryFolder(),
): Promise<TestCollector> => {
  vi.stubEnv('NITKA_VAULT_KEY', newVaultKey());
  const keysFile = join(folder, 'keys.json');
  if (!existsSync(keysFile)) writeKeyring(keysFile, newKeyring(new Date(0).toISOString()));
  return openTestCollector({ privacy: { keysFile, ...privacy } }, folder);
};

const send = async (collector: TestCollector, body: unknown, key = browserKey) => {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const url = `/v1/batch?writeKey=${key}`;
  const headers = { origin: page };
  const answer = await collector.app.inject({
    method: 'POST',
    url,
    payload,
    ...(key === browserKey && { headers }),
  });
  await collector.loaded();
  return answer;
};

const event = (more: Record<string, unknown> = {}) => ({
  type: 'identify',
  anonymousId: 'a',
  messageId: v7(),
  ...more,
});

/** Every byte that the collector wrote. */
const disk = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');

describe('a collector whose identifiers are plain', () => {
  it('keeps the payload byte for byte', async () => {
    const collector = await openWith({});
    const one = `{ "type":"identify" ,"anonymousId":"a","messageId":"m","traits":{"phone":"8 (999) 555-11-11","n":1.50} }`;
    await send(collector, `{"batch":[${one}]}`);
    expect(await collector.rows('SELECT payload::VARCHAR AS payload, phone FROM raw_events')).toEqual([
      { payload: one, phone },
    ]);
  });

  it.each([
    ['truncate', '203.0.113.0'],
    ['drop', null],
    ['keep', '203.0.113.77'],
  ])('applies the policy of addresses (%s) inside of the payload, too', async (ip, kept) => {
    const collector = await openWith({ ip });
    const context = { ip: '203.0.113.77', device: { clientIp: '203.0.113.77' }, version: '1.2.3.4' };
    const body = {
      context: { ip: '203.0.113.77' },
      batch: [event({ context, properties: { 'X-Forwarded-For': '203.0.113.77' } })],
    };
    await send(collector, body, serverKey);
    const [row] = await collector.rows(
      'SELECT ip, payload::VARCHAR AS p, batch_context::VARCHAR AS b FROM raw_events',
    );
    const payload = JSON.parse(row!['p'] as string) as Record<string, unknown>;
    expect(row!['ip']).toBe(kept);
    expect(payload).toMatchObject({
      context: { ip: kept, device: { clientIp: kept }, version: '1.2.3.4' },
      properties: { 'X-Forwarded-For': kept },
    });
    expect(JSON.parse(row!['b'] as string)).toEqual({ context: { ip: kept } });
    expect(disk(collector.folder).includes('203.0.113.77')).toBe(ip === 'keep');
  });

  it('stores a secret write key nowhere, wherever it was sent', async () => {
    const collector = await openWith({});
    const key = { writeKey: serverKey };
    const hidden = `{"type":"page","userId":"u","properties":{"note":"${serverKey}"},"writeKe\\u0079":"ns_another_secret_key"}`;
    await send(
      collector,
      `{"writeKey":"${serverKey}","batch":[${JSON.stringify({ ...event(), ...key })},${hidden},{"type":"x","k":"${serverKey}"}]}`,
      serverKey,
    );
    const single = {
      method: 'POST',
      url: '/v1/track',
      payload: JSON.stringify({ event: 'E', userId: 'u', ...key }),
    } as const;
    expect((await collector.app.inject(single)).statusCode).toBe(200);
    await send(collector, `{"writeKey":"${serverKey}","batch":[`, serverKey);
    const [counts] = await collector.rows(
      'SELECT (SELECT count(*) FROM raw_events) AS events, (SELECT count(*) FROM raw_rejects) AS rejects',
    );
    expect(counts).toEqual({ events: '3', rejects: '2' });
    expect(disk(collector.folder)).not.toContain(serverKey);
    expect(disk(collector.folder)).not.toContain('ns_another_secret_key');
  });

  it('marks what is no key to a person beside the row, and leaves the columns empty', async () => {
    const collector = await openWith({});
    const batch = [
      event({
        messageId: 'blocked',
        userId: 'undefined',
        traits: { phone: '8 800 555 35 35', email: 'info@shop.ru' },
      }),
      event({ messageId: 'fine', userId: 'u', traits: { phone } }),
    ];
    await send(collector, { context: { a: 1 }, batch });
    expect(
      await collector.rows(
        `SELECT message_id, phone, email, user_id, batch_context->'$.nitka.blocked'->message_id AS blocked FROM raw_events ORDER BY 1`,
      ),
    ).toEqual([
      {
        message_id: 'blocked',
        phone: null,
        email: null,
        user_id: null,
        blocked: '{"phone":"toll_free","email":"role","user_id":"placeholder"}',
      },
      { message_id: 'fine', phone, email: null, user_id: 'u', blocked: null },
    ]);
  });
});

describe.each(['token', 'hash'] as const)('a collector whose identifiers are %ses', (identifiers) => {
  const name = new RegExp(`^${identifiers}:k1:[\\w-]{43}$`);

  it('lets nothing personal reach the disk', async () => {
    const collector = await openWith({ identifiers, fields: ['loyaltyCard'] });
    const sha = '1'.repeat(64);
    const batch = [
      event({
        traits: {
          phone: '8 (999) 555-11-11',
          email: ' Ann@Mail.RU ',
          firstName: 'Анна-Мария',
          address: { street: 'Лесная 7' },
        },
      }),
      event({
        type: 'track',
        event: 'Order',
        properties: { customer_phone: '79995551111', emails: [email], loyaltyCard: 4477665544 },
      }),
      event({
        type: 'page',
        context: {
          traits: { phone },
          page: { url: `https://a.ru/?email=ann%40mail.ru&phone=%2B79995551111` },
        },
      }),
      event({ userId: email, traits: { phoneSha256: sha } }),
      event({ type: 'alias', userId: '79995551111', previousId: email }),
      event({ type: 'track', event: 'Note', properties: { text: `call ${phone} or ${email}`, [email]: 1 } }),
      { type: 'nonsense', traits: { phone, firstName: 'Анна-Мария' } },
    ];
    await send(collector, { context: { traits: { email } }, batch });
    await send(collector, `{"batch":[{"phone":"8 999 555 11 11","email":"${email}"`);
    const [counts] = await collector.rows(
      'SELECT (SELECT count(*) FROM raw_events) AS events, (SELECT count(*) FROM raw_rejects) AS rejects',
    );
    expect(counts).toEqual({ events: '6', rejects: '2' });
    await collector.close();
    const written = disk(collector.folder);
    const utf8 = Buffer.from('Анна-Мария').toString('latin1');
    const street = Buffer.from('Лесная').toString('latin1');
    for (const planted of [
      '9995551111',
      '999) 555',
      '999 555',
      'ann@mail',
      'Ann@Mail',
      'ann%40mail',
      utf8,
      street,
      '4477665544',
      sha,
    ])
      expect([planted, written.includes(planted)]).toEqual([planted, false]);
  });

  it('gives a person one pseudonym, in the columns and in the payload, hashed by the client or not', async () => {
    const collector = await openWith({ identifiers });
    const { createHash } = await import('node:crypto');
    const phoneSha256 = createHash('sha256').update(phone).digest('hex');
    await send(collector, {
      batch: [
        event({ traits: { phone: '8 (999) 555-11-11' } }),
        event({ traits: { phoneSha256 } }),
        event({ type: 'track', event: 'E', userId: '89995551111', properties: { phone: 79995551111 } }),
      ],
    });
    const rows = await collector.rows(
      `SELECT phone, user_id, coalesce(payload->>'$.traits.phone', payload->>'$.traits.phoneSha256', payload->>'$.properties.phone') AS inside FROM raw_events`,
    );
    const pseudonym = rows[0]!['phone'];
    expect(pseudonym).toMatch(name);
    for (const row of rows) expect(row).toMatchObject({ phone: pseudonym, inside: pseudonym });
    expect(rows.map((row) => row['user_id']).filter((id) => id !== null)).toEqual([pseudonym]);
  });

  it('leaves every byte that is not personal', async () => {
    const collector = await openWith({ identifiers });
    const [head, tail] = [
      `{ "n":1.50, "type":"track","event":"E","anonymousId":"a", "properties":{"order":79995551111,"name":"Чай","phone": `,
      ' } }',
    ];
    await send(collector, `{"batch":[${head}"${phone}"${tail}]}`);
    const [row] = await collector.rows('SELECT payload::VARCHAR AS p, phone FROM raw_events');
    expect(row!['p']).toBe(`${head}"${String(row!['phone'])}"${tail}`);
  });

  it('lets a source have a policy of its own', async () => {
    const folder = temporaryFolder();
    vi.stubEnv('NITKA_VAULT_KEY', newVaultKey());
    const keysFile = join(folder, 'keys.json');
    writeKeyring(keysFile, newKeyring(new Date(0).toISOString()));
    const sources = [
      { name: 'site', kind: 'browser', writeKey: browserKey, origins: [page] },
      { name: 'shop', kind: 'browser', writeKey: 'nb_test_key_0009', origins: [page], identifiers },
    ];
    const collector = await openTestCollector({ sources, privacy: { keysFile } }, folder);
    for (const writeKey of [browserKey, 'nb_test_key_0009']) {
      const payload = JSON.stringify({ writeKey, batch: [event({ traits: { phone } })] });
      await collector.app.inject({ method: 'POST', url: '/v1/batch', payload, headers: { origin: page } });
    }
    await collector.loaded();
    expect(await collector.rows('SELECT source, phone FROM raw_events ORDER BY 1 DESC')).toEqual([
      { source: 'site', phone },
      { source: 'shop', phone: expect.stringMatching(name) },
    ]);
  });
});

describe('the start', () => {
  it('is refused without the keys that the policy needs', async () => {
    const folder = temporaryFolder();
    vi.stubEnv('NITKA_VAULT_KEY', '');
    const open = (privacy: object) => openTestCollector({ privacy }, folder);
    await expect(open({ identifiers: 'hash' })).rejects.toMatchObject({ code: 'keys_missing' });
    const keysFile = join(folder, 'keys.json');
    writeKeyring(keysFile, newKeyring(new Date(0).toISOString()));
    await expect(open({ identifiers: 'token', keysFile })).rejects.toMatchObject({
      code: 'vault_key_missing',
    });
    vi.stubEnv('NITKA_VAULT_KEY', 'short');
    await expect(open({ identifiers: 'token', keysFile })).rejects.toMatchObject({
      code: 'vault_key_invalid',
    });
    await expect(open({ identifiers: 'secret' })).rejects.toMatchObject({ code: 'config_invalid' });
  });
});
