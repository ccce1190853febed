import { NitkaError } from '@nitka/core';
import type { CollectorConfig } from '../config.ts';
import { readBatches } from '../recovery/covered.ts';
import type { Ask } from '../recovery/covered.ts';
import type { ReplayAnswer, ReplayRequest } from '../recovery/replay.ts';
import { subtract } from '../spool/ranges.ts';
import type { Cluster } from './cluster.ts';
import { laneKey, openCursor } from './cursor.ts';
import type { CursorNote, LaneName, Range, Repair } from './cursor.ts';
import { createForgetNotes } from './forget-notes.ts';
import { createNotes } from './notes.ts';
import { boundsOf, offsetAt } from './partition-log.ts';
import { entriesIn } from './repairs.ts';
import { readChunks, sequenceOf } from './spool-reader.ts';
import type { ResolvedKafkaSpool } from './spool-options.ts';
import type { TopicPlace } from './topics.ts';

export interface KafkaReplayParts {
  readonly config: Pick<CollectorConfig, 'destinations'>;
  readonly cluster: Cluster;
  readonly spool: ResolvedKafkaSpool;
  readonly events: TopicPlace;
  readonly cursors: TopicPlace;
  readonly ask: (destination: string) => Ask;
}

export interface KafkaReplay {
  /** Throws NitkaError `destination_unknown`, `batch_unknown`, `query_failed` or `query_not_supported`. */
  replay(request: ReplayRequest): Promise<ReplayAnswer>;
  /** Entries that a destination has yet to get again. */
  remaining(destination: string): Promise<number>;
}

/** What a batch's id says of its rows (lane.ts). */
const batchId = /^(.{1,60})-(\d+)-(\d+)-(\d+)(?:-rejected)?$/;

const readId = (id: string): { topic: string; partition: number; range: Range } | null => {
  const [, topic, partition, from, to] = batchId.exec(id) ?? [];
  return topic === undefined
    ? null
    : { topic, partition: Number(partition), range: [Number(from), Number(to)] };
};

interface Wanted {
  readonly name: LaneName;
  /** Null: nothing was loaded yet, and the loaders are to begin there. */
  readonly found: readonly Repair[] | null;
  readonly from: number;
}

/**
 * Lets a destination have again what it lacks of the topic: it is asked which batches it has, and what is in none of them is sent anew by
 * whoever loads the partition. A destination that has nothing yet begins at `since`.
 */
export const createKafkaReplay = ({
  config,
  cluster,
  spool,
  events,
  cursors,
  ask,
}: KafkaReplayParts): KafkaReplay => {
  const { group, topic, onRemoved } = spool;
  const nameOf = (partition: number, destination: string): LaneName => {
    return { group, topic, partition, destination, log: `${events.id}-${partition}` };
  };
  const noteOf = (name: LaneName): Promise<CursorNote | null> =>
    createNotes<CursorNote>(cluster, cursors, laneKey(name)).read();
  const announcements = createForgetNotes(() => cluster, cursors);
  const partitions = Array.from({ length: events.partitions }, (_, at) => at);

  const countIn = async (partition: number, [from, to]: Range, start: bigint): Promise<number> => {
    let count = 0;
    for await (const { chunks } of readChunks(cluster, topic, partition, { from, to, start }))
      count += entriesIn(chunks, [from, to]);
    return count;
  };

  const look = async (
    name: LaneName,
    { since, until, batch, blind }: ReplayRequest,
    batches: () => Promise<readonly string[]>,
  ): Promise<Wanted> => {
    const { partition } = name;
    const { start, end } = await boundsOf(cluster, topic, partition);
    const own = batch === undefined ? null : readId(batch);
    if (own && own.partition !== partition) return { name, found: [], from: 0 };
    const at = async (time: number): Promise<number> =>
      sequenceOf((await offsetAt(cluster, topic, partition, time)) ?? end);
    const from = own ? own.range[0] : since === undefined ? sequenceOf(start) : await at(since);
    const to = own ? own.range[1] : until === undefined ? sequenceOf(end) : await at(until);
    // Read before the destination is asked, so that what is loaded meanwhile is not taken for missing.
    const note = await noteOf(name);
    if (!note) return { name, found: null, from };
    const covered = (blind ? [] : await batches()).flatMap((id): Range[] => {
      const found = readId(id);
      return found?.topic === events.id && found.partition === partition ? [found.range] : [];
    });
    const busy = [...note.ranges, ...(note.repairs ?? []).map(({ range }) => range)];
    const kept: Range = [Math.max(from, sequenceOf(start)), Math.min(to, note.next)];
    const found: Repair[] = [];
    for (const range of subtract([kept], [...covered, ...busy])) {
      const entries = await countIn(partition, range, start);
      if (entries > 0) found.push({ range, entries, fixed: false });
    }
    return { name, found, from };
  };

  /** Whoever loads the partition is shut out for a moment, and finds the note when it comes back. */
  const save = async ({ name, found, from }: Wanted, since: number | undefined): Promise<void> => {
    if (found?.length === 0 || (!found && since === undefined)) return;
    const cursor = await openCursor(cluster, { name, cursors, onRemoved });
    const { note } = cursor;
    await cursor.save(
      found ? { ...note, repairs: [...(note.repairs ?? []), ...found] } : { ...note, next: from },
    );
    await announcements.announce(laneKey(name));
  };

  const keptSince = async (): Promise<string | null> => {
    let oldest: number | null = null;
    for (const partition of partitions) {
      const { start, end } = await boundsOf(cluster, topic, partition);
      if (start === end) continue;
      const range = { from: sequenceOf(start), to: sequenceOf(start) + 1, start };
      for await (const { chunks } of readChunks(cluster, topic, partition, range)) {
        const at = chunks[0]?.chunk.meta.receivedAt;
        if (at !== undefined) oldest = Math.min(oldest ?? at, at);
      }
    }
    return oldest === null ? null : new Date(oldest).toISOString();
  };

  return {
    async replay(request) {
      const { destination, batch, since, dryRun } = request;
      const type = config.destinations.find(({ name }) => name === destination)?.type;
      if (type === undefined) throw new NitkaError('destination_unknown', destination);
      if (batch !== undefined && readId(batch)?.topic !== events.id)
        throw new NitkaError('batch_unknown', batch);
      let asked: Promise<readonly string[]> | undefined;
      const batches = (): Promise<readonly string[]> => (asked ??= readBatches(ask(destination), type));
      const wanted: Wanted[] = [];
      for (const partition of partitions)
        wanted.push(await look(nameOf(partition, destination), request, batches));
      if (!dryRun) for (const each of wanted) await save(each, since);
      const found = wanted.flatMap((each) => each.found ?? []);
      return {
        destination,
        entries: found.reduce((sum, { entries }) => sum + entries, 0),
        ranges: found.map(({ range }) => range),
        keptSince: await keptSince(),
      };
    },
    async remaining(destination) {
      let left = 0;
      for (const partition of partitions) {
        const note = await noteOf(nameOf(partition, destination));
        for (const { entries } of note?.repairs ?? []) left += entries;
      }
      return left;
    },
  };
};
