import type { NitkaError } from '@nitka/core';
import { at as chunkAt } from './chunk-layout.ts';
import { decodeChunk, encodeChunkOnce } from './chunk.ts';
import { isReject } from './encoded.ts';
import type { EncodedChunk } from './encoded.ts';
import type { Environment } from './environment.ts';
import { createGroupCommit } from './group-commit.ts';
import type { LogWriter } from './log/writer.ts';
import { createPendingIds } from './pending-ids.ts';
import type { AppendResult } from './spool.ts';
import type { Room } from './room.ts';
import { seenKey, seenKeyBytes } from './seen.ts';
import { indexBytes } from './settle.ts';
import type { SettledState } from './settled-state.ts';
import { createStaging } from './staging.ts';
import type { Group } from './staging.ts';

export interface Appends {
  /** The bytes are not needed any more when it returns. */
  append(encoded: EncodedChunk, replaces?: number): Promise<AppendResult>;
  /** The sequence number that the next entry will get. */
  head(): number;
  knows(messageId: string): boolean;
  waitingBytes(): number;
  idle(): Promise<void>;
}

export interface AppendParts {
  readonly environment: Environment;
  readonly writer: LogWriter;
  readonly room: Room;
  readonly state: SettledState;
  /** Takes into the index what the log has. */
  readonly settle: () => Promise<void>;
  /** Whether that is done with each group, before it is answered; else another thread does it soon. */
  readonly settlesAtOnce: boolean;
  /** Told after each group how far the log goes. */
  readonly onCommit: (head: number) => void;
  /** Told of a group that did not reach the disk; gives the error that its requests get. */
  readonly failed: (error: unknown) => Promise<NitkaError>;
}

/** Bytes of the log that may be beyond the index: what a start has to read, and what the ids take in memory. */
const maxUnsettled = 64 * 1024 * 1024;

/** A chunk's bytes less some of its entries. */
const without = (bytes: Buffer, indexes: ReadonlySet<number>): Buffer => {
  const { meta, entries } = decodeChunk(bytes);
  return encodeChunkOnce({ meta, entries: entries.filter((_, index) => !indexes.has(index)) });
};

const keysOf = (keys: Buffer, isWanted: (index: number) => boolean): Buffer => {
  const wanted = Array.from({ length: keys.length / seenKeyBytes }, (_, index) => index).filter(isWanted);
  return Buffer.concat(
    wanted.map((index) => keys.subarray(index * seenKeyBytes, (index + 1) * seenKeyBytes)),
  );
};

/**
 * The writing side: repeats are left out, the rest goes to the end of the log, and is answered for when it is on disk. The index of the
 * messageIds and all counts follow (settle.ts).
 */
export const createAppends = ({
  environment,
  writer,
  room,
  state,
  settle,
  settlesAtOnce,
  onCommit,
  failed: fail,
}: AppendParts): Appends => {
  const { hasSeen, freshen } = environment;
  const pending = createPendingIds();
  const staging = createStaging();
  const key = Buffer.alloc(seenKeyBytes);
  let { head } = state.read();
  /** The group under way, and the sequence number that its next entry will get. */
  let taken = staging.take();
  let next = head;
  /** The index has all entries before it. */
  let settled = -1;
  /** A group failed: its ids are among the pending ones. */
  let failed = false;

  const put = (group: Group, replaces: number): AppendResult => {
    const encoded = group.next();
    const { bytes, keys } = encoded;
    const rejected = bytes.readUInt32LE(chunkAt.rejected);
    const count = keys.length / seenKeyBytes;
    room.take(count * indexBytes);
    let repeats: Set<number> | null = null;
    for (let index = 0; index < count; index += 1) {
      if (rejected > 0 && isReject(encoded, index)) continue;
      // One key for all: a Buffer for each would be most of what this loop costs.
      for (let byte = 0; byte < seenKeyBytes; byte += 1) key[byte] = keys[index * seenKeyBytes + byte]!;
      if (hasSeen(key) || !pending.add(key)) (repeats ??= new Set()).add(index);
    }
    const duplicates = repeats?.size ?? 0;
    const fields = { sequence: next, duplicates, replaces };
    if (rejected + duplicates === 0) group.keep(fields);
    else {
      const fresh = keysOf(keys, (index) => !isReject(encoded, index) && !repeats?.has(index));
      group.keepInstead(fresh, repeats === null ? bytes : without(bytes, repeats), fields);
    }
    next += count - duplicates;
    return { duplicates };
  };

  const recover = async (): Promise<void> => {
    await settle();
    pending.clear();
    head = state.read().head;
    failed = false;
  };

  /** Forgets what the index has by now, and asks how large it is: not for each group, but when it has grown. */
  const letGo = (): void => {
    const { head: now } = state.read();
    if (now === settled) return room.again();
    settled = now;
    freshen();
    pending.letGo(settled, head);
    room.begin();
  };

  const commit = async (task: () => void): Promise<void> => {
    // First of all: what is added from now on is of the next group.
    taken = staging.take();
    if (failed) await recover();
    if (writer.end() - state.read().position > maxUnsettled) await settle();
    letGo();
    room.take((head - settled) * indexBytes);
    next = head;
    task();
    await writer.write(taken.bytes());
    head = next;
    onCommit(head);
    if (settlesAtOnce) await settle();
  };

  const group = createGroupCommit(commit, (error) => {
    failed = true;
    return fail(error);
  });

  return {
    append(encoded, replaces = 0) {
      staging.add(encoded);
      return group.submit(() => put(taken, replaces), encoded.bytes.length);
    },
    head: () => head,
    knows(messageId) {
      const wanted = seenKey(messageId);
      freshen();
      return hasSeen(wanted) || pending.has(wanted);
    },
    waitingBytes: group.waitingBytes,
    idle: group.idle,
  };
};
