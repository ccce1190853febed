import { NitkaError } from '@nitka/core';
import type { Destination, QueryResult } from '../destinations/destination.ts';
import type { Spool } from '../spool/spool.ts';
import type { AdminCommand } from './server.ts';

/** Rows that one query gives at most. */
const rowLimit = 100_000;

export interface AdminParts {
  readonly spool: Spool;
  readonly destinations: ReadonlyMap<string, Destination>;
}

/** A reject as the commands show it. */
export interface ShownReject {
  readonly id: number;
  readonly source: string;
  readonly code: string;
  readonly detail: string | null;
  readonly messageId: string | null;
  readonly receivedAt: string;
  readonly destination: string | null;
  readonly payload: string;
}

export const runQuery = async (
  destinations: AdminParts['destinations'],
  sql: string,
  name?: string,
): Promise<QueryResult> => {
  const destination =
    name === undefined ? [...destinations.values()].find(({ query }) => query) : destinations.get(name);
  if (!destination?.query) throw new NitkaError('query_not_supported', name);
  return destination.query(sql, rowLimit);
};

export const listRejects = (spool: Spool, limit: number): ShownReject[] =>
  spool.rejects.list(limit).map(({ payload, receivedAt, ...rest }) => ({
    ...rest,
    receivedAt: new Date(receivedAt).toISOString(),
    payload: payload.toString('utf8'),
  }));

/** The socket is taken before the spool is opened, so commands wait for their parts. */
export const createAdminCommands = (): {
  readonly table: Record<string, AdminCommand>;
  serve(parts: AdminParts): void;
} => {
  let serve: (parts: AdminParts) => void = () => undefined;
  const ready = new Promise<AdminParts>((resolve) => {
    serve = resolve;
  });
  const table: Record<string, AdminCommand> = {
    async query({ sql, destination }) {
      const { destinations } = await ready;
      return runQuery(destinations, String(sql), typeof destination === 'string' ? destination : undefined);
    },
    async ledger() {
      const { spool, destinations } = await ready;
      return spool.books([...destinations.keys()]);
    },
    async rejects({ limit }) {
      const { spool } = await ready;
      return listRejects(spool, typeof limit === 'number' ? limit : 50);
    },
  };
  return { table, serve: (parts) => serve(parts) };
};
