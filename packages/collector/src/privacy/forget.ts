import type { Destination } from '../destinations/destination.ts';
import type { ErasedRow, Erasure } from '../destinations/erasure.ts';
import type { Spool } from '../spool/spool.ts';

export interface ForgetRequest {
  readonly erasure: Erasure;
  /** Names the job: a keyed digest of the person, so that a run that was cut off is completed by the next one. */
  readonly digest: string;
  readonly dryRun: boolean;
  /** As the person stands on the list of those who are not collected; null in a dry run without keys. */
  readonly listed: string | null;
}

export interface ForgottenHere {
  readonly name: string;
  /**
   * `cannot`: what is in it stays in it. `failed`: it did not answer; the next run tries again. `kept`: it stays until its retention
   * removes it, and goes nowhere from there.
   */
  readonly state: 'done' | 'cannot' | 'failed' | 'kept';
  readonly events: number;
  readonly rejects: number;
}

export interface ForgetReport {
  /** The spool first, then each destination. */
  readonly places: readonly ForgottenHere[];
  /** Other ids that stood in these rows. */
  readonly visitors: readonly string[];
  readonly users: readonly string[];
}

const distinct = (values: readonly (string | null)[]): string[] =>
  [...new Set(values)].filter((value) => value !== null).sort();

/** @param seen rows of the person, wherever they were */
export const reportOf = (places: readonly ForgottenHere[], seen: readonly ErasedRow[]): ForgetReport => ({
  places,
  visitors: distinct(seen.flatMap(({ anonymousId, serverVisitorId }) => [anonymousId, serverVisitorId])),
  users: distinct(seen.map(({ userId }) => userId)),
});

export type OnForgetting = (place: string, done: number, total: number) => void;

export interface ForgetParts {
  readonly spool: Spool;
  /** Open, and nobody loads anything meanwhile. */
  readonly destinations: ReadonlyMap<string, Destination>;
}

/** What a run has begun in one destination. On disk before the rows are gone: afterwards nobody could count them. */
interface Note {
  readonly rows: readonly (readonly [source: string, messageId: string])[];
  /** Of a batch that may have got through, though its answer was lost: in the books they are rejected. */
  readonly uncertain: readonly string[];
}

const emptyNote: Note = { rows: [], uncertain: [] };

/**
 * Takes a person out of the spool, its rejects and every destination. The books stay in balance: what had not been loaded counts as
 * rejected from now on; what had been stays loaded, and `forgotten` says how much of it is gone. After a kill the next run completes it.
 */
export const forgetEverywhere = async (
  { spool, destinations }: ForgetParts,
  { erasure, digest, dryRun }: ForgetRequest,
  onForgetting: OnForgetting,
): Promise<ForgetReport> => {
  const names = [...destinations.keys()];
  const seen: ErasedRow[] = [];
  const noteKey = (name: string): string => `forget:${digest}:${name}`;
  const note = (name: string): Note => (spool.notes.get(noteKey(name)) as Note | undefined) ?? emptyNote;

  const inSpool = async (): Promise<ForgottenHere> => {
    const { rows, rejects } = await spool.purge({
      erasure,
      names,
      dryRun,
      onProgress: (done, total) => onForgetting('spool', done, total),
      onUncertain(name, messageIds) {
        const { rows: planned, uncertain } = note(name);
        spool.notes.put(noteKey(name), { rows: planned, uncertain: [...uncertain, ...messageIds] });
      },
    });
    seen.push(...rows);
    if (!dryRun) await spool.scrub();
    return { name: 'spool', state: 'done', events: rows.length, rejects };
  };

  /** Only inside a transaction. */
  const count = (name: string): void => {
    const { rows, uncertain } = note(name);
    const waited = new Set(uncertain);
    for (const [source, messageId] of rows) {
      const counts = spool.ledger.editLoaded(source, name);
      counts.forgotten = (counts.forgotten ?? 0) + 1;
      if (!waited.has(messageId)) continue;
      counts.loaded += 1;
      counts.rejected -= 1;
    }
    spool.notes.remove(noteKey(name));
  };

  const inDestination = async (name: string, destination: Destination): Promise<ForgottenHere> => {
    if (!destination.erase) return { name, state: 'cannot', events: 0, rejects: 0 };
    try {
      const { rows, rejects } = await destination.erase(erasure, true);
      seen.push(...rows);
      if (dryRun) return { name, state: 'done', events: rows.length, rejects };
      await spool.transact(() => {
        const before = note(name);
        const known = new Set(before.rows.map(([, messageId]) => messageId));
        const fresh = rows.filter(({ messageId }) => !known.has(messageId));
        const planned = [...before.rows, ...fresh.map((row) => [row.source, row.messageId] as const)];
        spool.notes.put(noteKey(name), { ...before, rows: planned });
      });
      await destination.erase(erasure, false);
      await spool.transact(() => count(name));
      return { name, state: 'done', events: rows.length, rejects };
    } catch {
      // Its words may quote the row; why it does not answer is in the log.
      return { name, state: 'failed', events: 0, rejects: 0 };
    }
  };

  const places = [await inSpool()];
  for (const [index, [name, destination]] of [...destinations].entries()) {
    onForgetting(name, index, destinations.size);
    places.push(await inDestination(name, destination));
    onForgetting(name, index + 1, destinations.size);
  }
  return reportOf(places, seen);
};
