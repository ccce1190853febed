import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import { createClickhouse } from '../../src/destinations/clickhouse.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { createPostgres } from '../../src/destinations/postgres.ts';
import { makeCertificate } from '../support/certificate.ts';
import { temporaryFolder } from '../support/collector.ts';
import { takeTurns } from '../support/exclusive.ts';
import { freshDatabase, freshSchema } from '../support/fresh-tables.ts';
import { otherAuthority, refusalOf } from '../support/refusal.ts';
import { row } from '../support/rows.ts';

const [postgres, clickhouse] = [needsServer('postgres'), needsServer('clickhouse')];
takeTurns(postgres, clickhouse);

const batch = { id: 'b', events: [row('m1'), row('m2')], rejects: [], loadedAt: 1 };

describe.skipIf(postgres.missing)(title('PostgreSQL by TLS with a password', postgres), () => {
  const open = (more: object): Promise<Destination> =>
    createPostgres({ type: 'postgres', ...more }, { dataDir: '/nowhere' });

  it('loads, over an encrypted connection', async () => {
    const { url, caFile } = postgres.secure();
    const schema = freshSchema(`${url}?sslmode=verify-full&sslrootcert=${caFile}`);
    const destination = await open({ url, caFile, schema });
    await destination.open();
    onTestFinished(() => destination.close());
    await destination.load(batch);
    expect((await destination.query!('SELECT count(*) FROM raw_events', 1)).rows).toEqual([['2']]);
    const encrypted = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
    expect((await destination.query!(encrypted, 1)).rows).toEqual([[true]]);
  });

  it('tells why it does not open, without the password', async () => {
    const { url, caFile } = postgres.secure();
    const why = async (more: object): Promise<string> => refusalOf(await open({ url, caFile, ...more }));
    const wrong = new URL(url);
    wrong.password = 'not-this-one';
    const password = await why({ url: wrong.href });
    expect(password).toContain('password authentication failed for user "nitka_secure"');
    expect(password).not.toContain('not-this-one');
    expect(await why({ caFile: await otherAuthority() })).toContain('self-signed certificate');
    expect(await why({ caFile: undefined })).toContain('no encryption');
    const byAddress = `${url}?sslmode=verify-full&sslrootcert=`;
    expect(await why({ url: byAddress + (await otherAuthority()), caFile: undefined })).toContain(
      'self-signed certificate',
    );
    expect(await why({ url: byAddress + caFile, caFile: undefined })).toBe('null');
    expect(await why({ caFile: '/nowhere/ca.pem' })).toContain(
      "no such file or directory, open '/nowhere/ca.pem'",
    );
  });
});

describe.skipIf(clickhouse.missing)(title('ClickHouse by TLS with a password', clickhouse), () => {
  /** What stands in front of the server here: it speaks HTTP alone. */
  const startFront = async (host = '127.0.0.1'): Promise<{ url: URL; caFile: string }> => {
    const { certFile, keyFile } = await makeCertificate(temporaryFolder());
    const server = createServer(
      { cert: readFileSync(certFile), key: readFileSync(keyFile) },
      (incoming, answer) => {
        const { url, method, headers } = incoming;
        const { hostname, port } = new URL(clickhouse.url);
        const passed = request({ hostname, port, path: url, method, headers }, (response) => {
          answer.writeHead(response.statusCode!, response.headers);
          response.pipe(answer);
        });
        incoming.pipe(passed);
      },
    );
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = new URL(clickhouse.url);
    url.protocol = 'https:';
    url.hostname = host;
    url.port = String((server.address() as AddressInfo).port);
    return { url, caFile: certFile };
  };
  const open = (url: URL, more: object = {}): Promise<Destination> =>
    createClickhouse({ type: 'clickhouse', url: url.href, ...more }, { dataDir: '/nowhere' });

  it('loads', async () => {
    const { url, caFile } = await startFront();
    const destination = await open(url, { caFile, database: freshDatabase(clickhouse.url) });
    await destination.open();
    onTestFinished(() => destination.close());
    await destination.load(batch);
    expect((await destination.query!('SELECT count(*) FROM raw_events', 1)).rows).toEqual([['2']]);
  });

  it('tells why it does not open, without the password', async () => {
    const { url, caFile } = await startFront();
    const why = async (to: URL, more: object): Promise<string> => refusalOf(await open(to, more));
    expect(await why(url, { caFile: await otherAuthority() })).toContain('self-signed certificate');
    expect(await why(url, {})).toContain('self-signed certificate');
    const elsewhere = await startFront('127.0.0.2');
    expect(await why(elsewhere.url, { caFile: elsewhere.caFile })).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
    url.password = 'not-this-one';
    const password = await why(url, { caFile });
    expect(password).toContain('Authentication failed');
    expect(password).not.toContain('not-this-one');
  });
});
