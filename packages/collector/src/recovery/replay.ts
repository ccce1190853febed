import { NitkaError } from '@nitka/core';
import type { CollectorConfig } from '../config.ts';
import { sizeOf, subtract } from '../spool/ranges.ts';
import type { Range } from '../spool/ranges.ts';
import { sequenceAt } from '../spool/retention.ts';
import type { Spool } from '../spool/spool.ts';
import { coveredBy, readBatchId, readBatches } from './covered.ts';
import type { Ask } from './covered.ts';

export interface ReplayRequest {
  readonly destination: string;
  /** Of what came from then on, milliseconds since 1970. */
  readonly since?: number | undefined;
  /** Of what came before, milliseconds since 1970. */
  readonly until?: number | undefined;
  /** Of the entries that this batch held, by its id. */
  readonly batch?: string | undefined;
  /** Sends all of it without asking the destination what it has. */
  readonly blind?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface ReplayAnswer {
  readonly destination: string;
  /** Entries that the destination gets again, rejects included. */
  readonly entries: number;
  readonly ranges: readonly Range[];
  /** Since when the spool has everything. */
  readonly keptSince: string | null;
}

export interface ReplayParts {
  readonly config: Pick<CollectorConfig, 'destinations'>;
  readonly spool: Spool;
  readonly ask: (destination: string) => Ask;
}

const typeOf = ({ destinations }: ReplayParts['config'], name: string): string => {
  const found = destinations.find((destination) => destination.name === name);
  if (!found) throw new NitkaError('destination_unknown', name);
  return found.type;
};

/** @param next the destination's place: what is behind it is not sent again, and may not be in the index yet */
const wantedRange = (spool: Spool, { since, until, batch }: ReplayRequest, next: number): Range => {
  if (batch === undefined) {
    const { first, receivedAt } = spool;
    const taken = { first, receivedAt, head: () => next };
    return [
      since === undefined ? first() : sequenceAt(taken, since),
      until === undefined ? next : sequenceAt(taken, until),
    ];
  }
  const found = readBatchId(batch);
  const known = [{ id: spool.id, until: spool.head() }, ...spool.earlierIds];
  const own = known.find(({ id }) => id === found?.spool);
  if (!found || !own) throw new NitkaError('batch_unknown', batch);
  return [found.range[0], Math.min(found.range[1], own.until)];
};

/** The books take the entries for pending again; a row that was refused is no reject any more. Only inside a transaction. */
const unsettle = (spool: Spool, destination: string, ranges: readonly Range[]): void => {
  for (const [from, to] of ranges) {
    for (const [source, count] of spool.count(from, to))
      spool.ledger.editLoaded(source, destination).loaded -= count;
  }
  for (const { id, source, entry } of spool.rejects.list(Infinity, { destination })) {
    const sequence = entry?.sequence ?? -1;
    if (!ranges.some(([from, to]) => from <= sequence && sequence < to)) continue;
    const counts = spool.ledger.editLoaded(source, destination);
    counts.loaded += 1;
    counts.rejected -= 1;
    spool.rejects.remove(id);
  }
};

/** Only inside a transaction. */
export const addRepairs = (spool: Spool, destination: string, ranges: readonly Range[]): void => {
  unsettle(spool, destination, ranges);
  spool.repairs.save(destination, [
    ...spool.repairs.list(destination),
    ...ranges.map(([from, to]) => ({ from, to, fixed: false })),
  ]);
};

/**
 * Lets a destination have again what it lacks of the kept entries: it is asked which batches it has, and only what is in none of them
 * is sent. The cursor and the repairs under way are read first, so that what is loaded meanwhile is not taken for missing.
 *
 * @throws NitkaError `destination_unknown`, `batch_unknown`, `query_failed` or `query_not_supported`
 */
export const replay = async (parts: ReplayParts, request: ReplayRequest): Promise<ReplayAnswer> => {
  const { spool, config, ask } = parts;
  const { destination } = request;
  const type = typeOf(config, destination);
  const { next, ranges: underWay } = spool.cursor(destination);
  const [from, to] = wantedRange(spool, request, next);
  const busy: Range[] = [
    ...underWay,
    ...spool.repairs.list(destination).map((repair): Range => [repair.from, repair.to]),
  ];
  const covered = request.blind ? [] : coveredBy(await readBatches(ask(destination), type), spool);
  let found: Range[] = [];
  await spool.transact(() => {
    const kept: Range = [Math.max(from, spool.first()), Math.min(to, next)];
    found = subtract([kept], [...covered, ...busy]);
    if (request.dryRun !== true && found.length > 0) addRepairs(spool, destination, found);
  });
  const keptSince = spool.receivedAt(spool.first());
  return {
    destination,
    entries: sizeOf(found),
    ranges: found,
    keptSince: keptSince === null ? null : new Date(keptSince).toISOString(),
  };
};
