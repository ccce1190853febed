import type { Loader } from '../loader/loader.ts';
import type { Spool } from '../spool/spool.ts';
import type { AdminCommand } from './server.ts';

/** Rows that one query gives at most. */
export const rowLimit = 100_000;

export interface AdminParts {
  readonly spool: Spool;
  readonly loader: Pick<Loader, 'query'>;
  /** Of the destinations. */
  readonly names: readonly string[];
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
      const { loader } = await ready;
      return loader.query(String(sql), rowLimit, typeof destination === 'string' ? destination : undefined);
    },
    async ledger() {
      const { spool, names } = await ready;
      return spool.books(names);
    },
    async rejects({ limit }) {
      const { spool } = await ready;
      return listRejects(spool, typeof limit === 'number' ? limit : 50);
    },
  };
  return { table, serve: (parts) => serve(parts) };
};
