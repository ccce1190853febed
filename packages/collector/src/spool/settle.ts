import type { Ledger } from '../ledger.ts';
import { decodeChunk, isAccepted, readChunkHead } from './chunk.ts';
import type { Chunk } from './chunk.ts';
import type { Environment } from './environment.ts';
import type { LogReader } from './log/reader.ts';
import type { LogRecord } from './log/record.ts';
import { encodePlace } from './place.ts';
import type { Rejects } from './rejects.ts';
import type { Releases } from './releases.ts';
import type { Room } from './room.ts';
import { seenKeyBytes } from './seen.ts';
import { createState } from './settled-state.ts';

export interface SettleParts {
  readonly environment: Environment;
  readonly reader: LogReader;
  readonly ledger: Ledger;
  readonly rejects: Rejects;
  readonly releases: Releases;
  readonly room: Room;
  /** Position up to which the log is on disk. */
  readonly end: () => number;
}

/** Of the log, in one transaction. */
const stepBytes = 8 * 1024 * 1024;

/** What the indexes take on top of an entry's own bytes, generously: with ids in no order each may touch a page of its own. */
export const indexBytes = 1024;

/** Takes a part of what the log has beyond the index into the index. Only inside a transaction. Gives what is left to be done. */
export const createSettle = ({
  environment,
  reader,
  ledger,
  rejects,
  releases,
  room,
  end,
}: SettleParts): (() => 'done' | 'more' | 'stuck') => {
  const { events, addNew, meta } = environment;
  const state = createState(meta);
  const key = Buffer.alloc(seenKeyBytes);

  const addRejects = ({ meta: { source, receivedAt, serverVisitorId }, entries }: Chunk): void => {
    for (const entry of entries) {
      if (isAccepted(entry)) continue;
      const shared = { source, receivedAt, destination: null };
      rejects.add({ ...entry, ...shared, ...(serverVisitorId !== null && { serverVisitorId }) });
    }
  };

  const settle = (record: LogRecord): void => {
    const { keys, chunk, entries, sequence, duplicates, replaces, base, start, chunkStart } = record;
    room.take(entries * indexBytes);
    // One key for all: a Buffer for each would be most of what this loop costs.
    for (let at = 0; at < keys.length; at += seenKeyBytes) {
      for (let byte = 0; byte < seenKeyBytes; byte += 1) key[byte] = keys[at + byte]!;
      addNew(key);
    }
    const head = readChunkHead(chunk);
    if (start === base) releases.began(base, sequence);
    const place = { base, position: chunkStart, bytes: chunk.length };
    if (entries > 0) events.putSync(sequence, encodePlace(place, head), { append: true });
    const counts = ledger.edit(head.source);
    counts.accepted += entries + duplicates;
    counts.duplicate += duplicates;
    if (replaces > 0 && rejects.remove(replaces)) {
      counts.accepted -= 1;
      counts.rejected -= 1;
    }
    counts.rejected += head.rejected;
    if (head.rejected > 0) addRejects(decodeChunk(chunk));
  };

  return () => {
    const { position, head: first } = state.read();
    const to = end();
    if (position >= to) return 'done';
    let head = first;
    let last = position;
    for (const record of reader.records(position, to)) {
      if (record.sequence !== head || last - position >= stepBytes) break;
      settle(record);
      head += record.entries;
      last = record.end;
    }
    if (last === position) return 'stuck';
    state.write({ position: last, head });
    return last < to ? 'more' : 'done';
  };
};
