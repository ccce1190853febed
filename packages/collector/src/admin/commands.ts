import type { Loader } from '../loader/loader.ts';
import { backup } from '../recovery/backup.ts';
import type { Recovery } from '../recovery/recovery.ts';
import type { ReplayRequest } from '../recovery/replay.ts';
import type { Reject, RejectFilter } from '../spool/rejects.ts';
import type { Spool } from '../spool/spool.ts';
import type { AdminCommand } from './server.ts';

/** Rows that one query gives at most. */
export const rowLimit = 100_000;

export interface AdminParts {
  readonly spool: Spool;
  readonly loader: Pick<Loader, 'query'>;
  /** Of the destinations. */
  readonly names: readonly string[];
  readonly recovery: Recovery;
  /** Tells the loader that there is something to load. */
  readonly wake: () => void;
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
  readonly serverVisitorId?: string | null;
  readonly payload: string;
}

export const showReject = ({ payload, receivedAt, entry: _entry, ...rest }: Reject): ShownReject => ({
  ...rest,
  receivedAt: new Date(receivedAt).toISOString(),
  payload: payload.toString('utf8'),
});

export const listRejects = (spool: Spool, limit: number, filter: RejectFilter = {}): ShownReject[] =>
  spool.rejects.list(limit, filter).map(showReject);

/** The socket is taken before the spool is opened, so commands wait for their parts. */
export const createAdminCommands = (): {
  readonly table: Record<string, AdminCommand>;
  serve(parts: AdminParts): void;
} => {
  let serve: (parts: AdminParts) => void = () => undefined;
  const ready = new Promise<AdminParts>((resolve) => {
    serve = resolve;
  });
  /** Once the index has all that was answered for. */
  const settled = async (): Promise<AdminParts> => {
    const parts = await ready;
    await parts.spool.settle();
    return parts;
  };
  const table: Record<string, AdminCommand> = {
    async query({ sql, destination }) {
      const { loader } = await ready;
      return loader.query(String(sql), rowLimit, typeof destination === 'string' ? destination : undefined);
    },
    async ledger() {
      const { spool, names } = await settled();
      return spool.books(names);
    },
    async rejects({ limit, filter }) {
      const { spool } = await settled();
      return listRejects(spool, typeof limit === 'number' ? limit : 50, filter ?? {});
    },
    async reject({ id }) {
      const { spool } = await settled();
      const reject = spool.rejects.get(Number(id));
      return reject && showReject(reject);
    },
    // The socket is the owner's alone, and the command line has checked what it sends.
    async retry(request) {
      const { recovery, wake } = await ready;
      const results = await recovery.retry(request);
      wake();
      return results;
    },
    async replay(request) {
      const { recovery, wake } = await ready;
      const answer = await recovery.replay(request as unknown as ReplayRequest);
      wake();
      return answer;
    },
    async backup({ folder }) {
      const { spool } = await ready;
      return backup(spool, String(folder), Date.now);
    },
    async remaining({ destination }) {
      const { recovery } = await ready;
      return recovery.remaining(String(destination));
    },
  };
  return { table, serve: (parts) => serve(parts) };
};
