import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { needsServer } from '../../../tests/support/servers.ts';
import { startProxy } from './proxy.ts';
import type { Proxy } from './proxy.ts';

export type DestinationName = 'duckdb' | 'postgres' | 'clickhouse';

export const destinationNames: readonly DestinationName[] = ['duckdb', 'postgres', 'clickhouse'];

export interface DestinationUnderTest {
  readonly name: DestinationName;
  /** Its part of the collector's config. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What stands between the collector and it, and its server. Null: it lives in the collector. */
  readonly server: {
    readonly proxy: Proxy;
    /** What the collector says when it commits. */
    readonly commit: string;
    kill(): Promise<void>;
    start(): Promise<void>;
  } | null;
  close(): Promise<void>;
}

const collectorPackage = fileURLToPath(new URL('../../../packages/collector/package.json', import.meta.url));

/** What is used of the client, which is a dependency of the collector alone. */
interface PostgresClient {
  connect(): Promise<void>;
  query(statement: string): Promise<unknown>;
  end(): Promise<void>;
}

const dropSchema = async (url: string, schema: string): Promise<void> => {
  const { Client } = createRequire(collectorPackage)('pg') as { Client: new (url: string) => PostgresClient };
  const client = new Client(url);
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await client.end();
};

const dropDatabase = async (url: URL, database: string): Promise<void> => {
  const authorization = `Basic ${btoa(`${url.username}:${url.password}`)}`;
  const query = `DROP DATABASE IF EXISTS ${database} SYNC`;
  await fetch(url.origin, { method: 'POST', headers: { authorization }, body: query });
};

/** @throws Error with the command that starts the server, if it does not run */
export const openDestination = async (name: DestinationName): Promise<DestinationUnderTest> => {
  if (name === 'duckdb')
    return { name, config: { type: 'duckdb' }, server: null, close: async () => undefined };
  const server = needsServer(name);
  if (server.missing) throw new Error(server.missing);
  const real = new URL(server.url);
  const proxy = await startProxy(() => Number(real.port));
  const url = new URL(server.url);
  url.port = String(proxy.port);
  // A place of its own, whatever else the server holds.
  const place = `chaos_${process.pid}_${Date.now().toString(36)}`;
  const control = {
    proxy,
    kill: () => server.control('kill'),
    start: () => server.control('start'),
  };
  // Short, so that a server that fell silent is noticed within a round.
  const timeoutSeconds = 5;
  if (name === 'postgres') {
    // As in the tests of the destination: a Greenplum needs some (docs/destinations.md).
    const options = JSON.parse(process.env['NITKA_TEST_POSTGRES_OPTIONS'] || '{}') as object;
    return {
      name,
      config: { ...options, type: name, url: url.href, schema: place, timeoutSeconds },
      server: { ...control, commit: 'COMMIT' },
      async close() {
        await proxy.close();
        await dropSchema(server.url, place);
      },
    };
  }
  url.pathname = '';
  return {
    name,
    config: { type: name, url: url.href.replace(/\/$/, ''), database: place, timeoutSeconds },
    server: { ...control, commit: 'INSERT' },
    async close() {
      await proxy.close();
      await dropDatabase(real, place);
    },
  };
};
