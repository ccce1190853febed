import { DestinationError } from '../destinations/destination.ts';
import type { PartitionBooks } from './books.ts';
import type { Cluster } from './cluster.ts';
import { createNotes } from './notes.ts';
import { boundsOf } from './partition-log.ts';
import { offsetOf, sequenceOf } from './spool-reader.ts';
import type { TopicPlace } from './topics.ts';
import { createTransactions } from './transactions.ts';

/** [from, to) of sequence numbers. */
export type Range = readonly [number, number];

/** A range that a destination gets again. */
export interface Repair {
  readonly range: Range;
  /** Entries in it. */
  readonly entries: number;
  /** Cut to the size of a load, which has its id by it from now on. */
  readonly fixed: boolean;
}

/** What a destination has taken of a partition. Everything before `next` is settled. */
export interface CursorNote {
  readonly next: number;
  /** Ranges that were fixed before they were sent, in order. */
  readonly ranges: readonly Range[];
  readonly books: PartitionBooks;
  /** In order, as `replay` asked for. */
  readonly repairs?: readonly Repair[];
}

export interface LaneName {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly destination: string;
  /** The partition by its topic's id: a topic that is made anew under the same name is another one. */
  readonly log: string;
}

/** The key of a lane's notes, and its transactional id. */
export const laneKey = ({ group, log, destination }: LaneName): string =>
  `nitka-${group}-${log}-${destination}`;

export interface OpenCursor {
  readonly note: CursorNote;
  /** Writes the note; afterwards `note` is the new one. Throws if another loader has the lane by now, or if nobody knows. */
  save(note: CursorNote): Promise<void>;
}

export interface CursorOptions {
  readonly name: LaneName;
  readonly cursors: TopicPlace;
  readonly onRemoved: 'stop' | 'skip';
}

/** Brokers end what a lane has left open, at the latest when somebody takes it over; its transactions are of one small message. */
const transactionTimeout = 30_000;

/** Shuts out whoever had the lane before, and reads how far it came. */
export const openCursor = async (
  cluster: Cluster,
  { name, cursors, onRemoved }: CursorOptions,
): Promise<OpenCursor> => {
  const { topic, partition } = name;
  const key = laneKey(name);
  const transactions = createTransactions(cluster, {
    transactionalId: key,
    compression: 'none',
    timeout: transactionTimeout,
  });
  const notes = createNotes<CursorNote>(cluster, cursors, key);
  await transactions.begin();
  const { start, end } = await boundsOf(cluster, topic, partition);
  const found = (await notes.read()) ?? { next: sequenceOf(start), ranges: [], books: {} };
  const wanted = offsetOf(found.next);
  if (wanted > end) {
    throw new DestinationError(
      'schema',
      `${topic}/${partition} ends at offset ${end}, before ${wanted} that was loaded: the topic has lost its end`,
    );
  }
  if (wanted < start && onRemoved === 'stop') {
    throw new DestinationError(
      'schema',
      `${topic}/${partition}: the retention has removed offsets ${wanted} to ${start} before they were loaded: raise it; "onRemoved": "skip" goes on without them`,
    );
  }
  let note: CursorNote = wanted < start ? { ...found, next: sequenceOf(start), ranges: [] } : found;
  return {
    get note() {
      return note;
    },
    async save(next) {
      await transactions.commit([[notes.note(next)]]);
      note = next;
    },
  };
};
