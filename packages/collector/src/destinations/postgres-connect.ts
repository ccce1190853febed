import { readFileSync } from 'node:fs';
import type { Client, ClientConfig } from 'pg';
import type { PostgresOptions } from './postgres-options.ts';

export interface PostgresConnection {
  readonly client: Client;
  /** True once the connection is of no use any more. */
  lost(): boolean;
  /** At once, whatever is under way. */
  drop(): void;
}

/** Connects. The session speaks UTC and UTF-8, whatever the server's defaults are. */
export const connectPostgres = async (
  { Client: PgClient }: Pick<typeof import('pg'), 'Client'>,
  { address, caFile, timeoutSeconds }: PostgresOptions & { readonly address: string | undefined },
): Promise<PostgresConnection> => {
  const config: ClientConfig = {
    ...(address !== undefined && { connectionString: address }),
    ...(caFile !== undefined && { ssl: { ca: readFileSync(caFile, 'utf8'), rejectUnauthorized: true } }),
    application_name: 'nitka-collector',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    query_timeout: timeoutSeconds * 1000,
  };
  const client = new PgClient(config);
  let lost = false;
  // Without a listener the loss of an idle connection would end the process.
  client.on('error', () => (lost = true));
  client.on('end', () => (lost = true));
  const drop = (): void => {
    lost = true;
    void client.end().catch(() => undefined);
    (client as Client & { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  };
  try {
    await client.connect();
    await client.query(
      "SET TIME ZONE 'UTC'; SET client_encoding = 'UTF8'; SET client_min_messages = 'warning'",
    );
  } catch (error) {
    drop();
    throw error;
  }
  return { client, lost: () => lost, drop };
};
