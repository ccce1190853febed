import { addBooks } from './books.ts';
import type { PartitionBooks } from './books.ts';
import type { Cluster } from './cluster.ts';
import type { CursorNote, LaneName, Range, Repair } from './cursor.ts';
import { boundsOf } from './partition-log.ts';
import { entriesPerMessage } from './spool-messages.ts';
import { fetchChunks, sequenceOf } from './spool-reader.ts';
import type { PlacedChunk } from './spool-reader.ts';

const patience = 1000;

/** How many of the chunks' entries are in the range. */
export const entriesIn = (chunks: readonly PlacedChunk[], [from, to]: Range): number => {
  let count = 0;
  for (const { first, chunk } of chunks) {
    const before = Math.max(from - first, 0);
    const end = Math.min(to - first, chunk.entries.length);
    count += Math.max(end - before, 0);
  }
  return count;
};

/** A destination's note with the first repair cut to the size of a load. What the topic has no more is left out. */
export const cutRepair = async (
  cluster: Cluster,
  { topic, partition }: LaneName,
  note: CursorNote,
  { maxEvents, maxBytes }: { readonly maxEvents: number; readonly maxBytes: number },
): Promise<CursorNote> => {
  const [first, ...rest] = note.repairs as [Repair, ...Repair[]];
  const { start } = await boundsOf(cluster, topic, partition);
  const from = Math.max(first.range[0], sequenceOf(start));
  const to = first.range[1];
  if (from >= to) return { ...note, repairs: rest };
  const read = await fetchChunks(cluster, topic, partition, from, patience);
  const chunks = read.chunks.filter((chunk) => chunk.first < to);
  let end = read.chunks.length > chunks.length ? to : Math.min(read.end, to);
  let entries = 0;
  let bytes = 0;
  for (const chunk of chunks) {
    const count = entriesIn([chunk], [from, to]);
    if (entries > 0 && (entries + count > maxEvents || bytes + chunk.bytes > maxBytes)) {
      end = chunk.first;
      break;
    }
    entries += count;
    bytes += chunk.bytes;
  }
  if (end <= from) throw new Error(`${topic} gives nothing at ${from / entriesPerMessage}`);
  const left = { range: [end, to] as const, entries: Math.max(first.entries - entries, 0), fixed: false };
  const others = end < to ? [left, ...rest] : rest;
  if (entries === 0) return { ...note, repairs: others };
  return { ...note, repairs: [{ range: [from, end], entries, fixed: true }, ...others] };
};

/** A destination's note with the first repair halved: a row in it is refused. */
export const splitRepair = (note: CursorNote, middle: number): CursorNote => {
  const [{ range, entries }, ...rest] = note.repairs as [Repair, ...Repair[]];
  const half = Math.ceil(entries / 2);
  const halves: Repair[] = [
    { range: [range[0], middle], entries: half, fixed: true },
    { range: [middle, range[1]], entries: entries - half, fixed: true },
  ];
  return { ...note, repairs: [...halves, ...rest] };
};

/** A destination's note without the first repair. `refused`: what the books say of its only event, which is a reject from now on. */
export const settledRepair = (note: CursorNote, refused: PartitionBooks | null): CursorNote => {
  const [, ...rest] = note.repairs as [Repair, ...Repair[]];
  const moved: Record<string, PartitionBooks[string]> = {};
  for (const [source, { rejected }] of Object.entries(refused ?? {}))
    moved[source] = { accepted: 0, duplicate: 0, loaded: -rejected, rejected };
  return { ...note, books: addBooks(note.books, moved), repairs: rest };
};
