import { join } from 'node:path';
import { NitkaError } from '@nitka/core';
import { balance, createLedger } from '../ledger.ts';
import { chunkIsWhole, decodeChunk, isAccepted } from './chunk.ts';
import { createEntries } from './entries.ts';
import { openEnvironment } from './environment.ts';
import type { Environment } from './environment.ts';
import { accountPages } from './pages.ts';
import { logFolder } from './log/log.ts';
import { createLogReader } from './log/reader.ts';
import { openSegments } from './log/segments.ts';
import { findEnd } from './log/tail.ts';
import { createRejects } from './rejects.ts';
import { createRepairs } from './repairs.ts';
import { checkSeal } from './seal.ts';
import { seenKey, seenKeyBytes } from './seen.ts';
import { createSeenSum, isSameSum } from './seen-sum.ts';
import { createState } from './settled-state.ts';
import type { Cursor } from './spool.ts';
import { createStoredChunks } from './stored-chunks.ts';
import type { StoredChunks } from './stored-chunks.ts';

export interface VerifyOptions {
  readonly folder: string;
  readonly destinations: readonly string[];
  /** Bytes of the newest chunks that are read and compared with their checksums. @default 256 MiB */
  readonly bytes?: number;
  /** Newest messageIds, and newest rejects, that are looked at. @default 100000 */
  readonly ids?: number;
  /** Everything, however old: all chunks, all messageIds. Takes as long as reading the file. @default false */
  readonly whole?: boolean;
  /** Told of messageIds that were looked at. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Verified {
  readonly chunks: number;
  readonly entries: number;
}

const corrupt = (detail: string): NitkaError => new NitkaError('spool_corrupt', detail);

/** Chunks lie end to end from the first one that somebody waits for. */
const checkOrder = ({ walk }: StoredChunks, from: number, head: number): void => {
  let next: number | null = null;
  for (const { key, count } of walk(0)) {
    const end = key + count;
    if (end <= from) continue;
    if (key > (next ?? from)) throw corrupt(`entries ${next ?? from} to ${key - 1} are not there`);
    if (next !== null && key < next) throw corrupt(`entry ${key} is there twice`);
    next = end;
  }
  if ((next ?? from) !== head) throw corrupt(`entries ${next ?? from} to ${head - 1} are not there`);
};

const checkChunks = (
  { hasSeen, freshen }: Environment,
  { walkBack, bytesOf }: StoredChunks,
  bytes: number,
  ids: number,
): Verified => {
  let chunks = 0;
  let entries = 0;
  freshen();
  for (const stored of walkBack()) {
    if (bytes <= 0) break;
    const { key, size } = stored;
    bytes -= size;
    const own = bytesOf(stored);
    if (!chunkIsWhole(own)) throw corrupt(`the chunk of entry ${key} is damaged`);
    chunks += 1;
    const found = decodeChunk(own).entries;
    entries += found.length;
    for (const entry of found) {
      if (ids <= 0 || !isAccepted(entry)) continue;
      ids -= 1;
      if (!hasSeen(seenKey(entry.columns.messageId)))
        throw corrupt(`the messageId of entry ${key} is not known`);
    }
  }
  return { chunks, entries };
};

/** Looks at every key, and up each of them as `append` would. */
const checkIndex = async (
  environment: Environment,
  onProgress: VerifyOptions['onProgress'] = () => undefined,
): Promise<void> => {
  const { hasSeen, freshen, visitSeen, seenSum, writeSeenSum, transaction } = environment;
  freshen();
  const written = seenSum();
  const found = createSeenSum();
  const key = Buffer.alloc(seenKeyBytes);
  let done = 0;
  visitSeen((bytes, at) => {
    bytes.copy(key, 0, at, at + seenKeyBytes);
    if (!hasSeen(key)) throw corrupt('a messageId of the index is not found in its place');
    found.add(key, 0);
    done += 1;
    if (done % 100_000 === 0) onProgress(done, Math.max(done, written?.count ?? 0));
  });
  const sum = found.value();
  if (written === null) return transaction(() => writeSeenSum(sum));
  if (!isSameSum(written, sum))
    throw corrupt(
      `the index has ${sum.count} messageIds and should have ${written.count}, or one was changed`,
    );
};

const inspect = async (environment: Environment, options: VerifyOptions): Promise<Verified> => {
  const { folder, destinations, whole = false, onProgress } = options;
  const { bytes = whole ? Infinity : 256 * 1024 * 1024, ids = whole ? Number.MAX_SAFE_INTEGER : 100_000 } =
    options;
  const { meta, events } = environment;
  const settled = createState(meta).read();
  const { head } = settled;
  const segments = openSegments(logFolder(folder));
  // Read from its end on, one chunk after the other: what would be read ahead was read before.
  const reader = createLogReader(segments, 0);
  checkSeal(folder, meta.get('id') as string | undefined, findEnd(createLogReader(segments), settled));
  const stored = createStoredChunks(events, reader);
  const { first, countInto } = createEntries(events, stored, () => head);
  const cursors = destinations.map((name) => meta.get(`cursor:${name}`) as Cursor | undefined);
  const places = cursors.flatMap((cursor) => (cursor ? [cursor.next] : []));
  if (places.some((next) => next > head)) throw corrupt('a destination has more than there is');
  checkOrder(stored, places.length > 0 ? Math.min(...places) : first(), head);
  const verified = checkChunks(environment, stored, bytes, ids);
  environment.walkSeen(ids, (before, key) => {
    if (Buffer.compare(before, key) <= 0) throw corrupt('the index of messageIds is out of order');
  });
  if (whole) await checkIndex(environment, onProgress);
  createRejects(environment).list(Math.min(ids, 1000));

  const repairs = createRepairs(meta);
  const pending = (name: string): Map<string, number> => {
    const counts = new Map<string, number>();
    countInto(counts, (meta.get(`cursor:${name}`) as Cursor | undefined)?.next ?? first(), head);
    for (const { from, to } of repairs.list(name)) countInto(counts, from, to);
    return counts;
  };
  for (const { source, destination, balanced } of balance(createLedger(meta).read(), destinations, pending)) {
    if (!balanced) throw corrupt(`the books of ${source} and ${destination} do not balance`);
  }
  // Takes pages from the list of free ones, as the first request would.
  await environment.transaction(() => meta.putSync('verified', head));
  segments.close();
  return verified;
};

/**
 * Reads what a start relies on: the account of all pages, the newest chunks with their checksums, the books, the index of the newest
 * messageIds. Nobody may write meanwhile. Meant for a process of its own, since LMDB believes what stands in its pages: damaged ones
 * can end the process that reads them.
 *
 * @throws NitkaError `spool_corrupt`
 */
export const verifySpool = async (options: VerifyOptions): Promise<Verified> => {
  let environment: Environment | undefined;
  try {
    accountPages(join(options.folder, 'data.mdb'), options.whole ? Number.MAX_SAFE_INTEGER : undefined);
    environment = openEnvironment(options.folder);
    return await inspect(environment, options);
  } catch (error) {
    throw error instanceof NitkaError ? error : corrupt((error as Error).message);
  } finally {
    await environment?.close();
  }
};
