import { open } from 'node:fs/promises';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Database } from 'lmdb';
import type { Environment } from './environment.ts';
import { aligned, leadBytes } from './log/record.ts';
import type { Segments } from './log/segments.ts';
import type { Releases } from './releases.ts';
import type { SettledState } from './settled-state.ts';
import type { StoredChunks } from './stored-chunks.ts';

const filler = Buffer.alloc(4000);
const pagesAtOnce = 64;

/**
 * LMDB hands pages that became free to later writes and leaves in them what was there. This fills every free page, one value a page,
 * until the file has to grow, and takes the filler out again: what was erased is then on the disk no more.
 */
const scrubFreePages = async (
  { root }: Pick<Environment, 'root'>,
  transact: (write: () => void) => Promise<void>,
): Promise<void> => {
  const scratch: Database<Buffer, number> = root.openDB<Buffer, number>('scrub', { encoding: 'binary' });
  const lastPage = (): number => (root.getStats() as { lastPageNumber: number }).lastPageNumber;
  let filled = 0;
  // Pages of the last two transactions are not free for the next one.
  for (let grown = 0; grown < 3;) {
    const before = lastPage();
    await transact(() => {
      for (let at = 0; at < pagesAtOnce; at += 1) scratch.putSync((filled += 1), filler);
    });
    grown = lastPage() - before >= pagesAtOnce / 2 ? grown + 1 : 0;
  }
  await transact(() => {
    for (let at = 1; at <= filled; at += 1) scratch.removeSync(at);
  });
};

const zeros = Buffer.alloc(256 * 1024);
/** Chunks between two looks at other work. */
const atOnce = 1000;

/** Milliseconds between two looks at whether a backup is ready. */
const lookEvery = 100;

/** Overwrites a part of a file; of one that ends before or is gone, what there is of it. */
const overwrite = async (path: string, from: number, to: number): Promise<void> => {
  const file = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!file) return;
  try {
    const end = Math.min(to, (await file.stat()).size);
    for (let at = from; at < end;)
      at += (await file.write(zeros, 0, Math.min(zeros.length, end - at), at)).bytesWritten;
    await file.datasync();
  } finally {
    await file.close();
  }
};

export interface ScrubParts {
  readonly environment: Pick<Environment, 'root'>;
  readonly segments: Segments;
  readonly state: Pick<SettledState, 'read'>;
  readonly releases: Pick<Releases, 'pinned'>;
  readonly stored: Pick<StoredChunks, 'walk'>;
  readonly transact: (write: () => void) => Promise<void>;
}

/**
 * Overwrites what lies in the log before a position and is needed no more: records that were loaded everywhere, or that were changed since;
 * and what a file that was given up has beyond the start of the next one.
 */
const scrubLog = async ({ segments, stored }: ScrubParts, settled: number): Promise<void> => {
  const bases = segments.list();
  let clean = bases[0] ?? 0;
  const scrubTo = async (wanted: number): Promise<void> => {
    const end = Math.min(wanted, settled);
    for (const [index, base] of bases.entries()) {
      const from = Math.max(clean, base);
      const to = Math.min(end, bases[index + 1] ?? Infinity);
      if (from < to) await overwrite(segments.pathOf(base), from - base, to - base);
    }
    clean = Math.max(clean, end);
  };
  for (const [index, next] of bases.slice(1).entries()) {
    const base = bases[index]!;
    await overwrite(segments.pathOf(base), next - base, Infinity);
  }
  let seen = 0;
  for (let next = 0; ;) {
    const needed: (readonly [number, number])[] = [];
    // In portions: a walk does not outlive a turn of the event loop.
    let last = next;
    for (const { key, count, place, head } of stored.walk(next)) {
      last = key + count;
      if (place)
        needed.push([place.position - leadBytes(head.accepted), aligned(place.position + place.bytes)]);
      if ((seen += 1) % atOnce === 0) break;
    }
    for (const [from, to] of needed) {
      if (from > clean) await scrubTo(from);
      clean = Math.max(clean, to);
    }
    if (last === next) break;
    next = last;
    await setImmediate();
  }
  await scrubTo(settled);
};

/** Overwrites what was taken out, in the index and in the log. Only while nothing is being loaded. */
export const scrubSpool = async (parts: ScrubParts): Promise<void> => {
  // LMDB may go back by a transaction, and then reads the log from there again: by the time it is overwritten there are several more.
  const { position } = parts.state.read();
  await scrubFreePages(parts.environment, parts.transact);
  // The index in a backup that is being made may have been copied before the person was taken out of it: its bytes are still needed.
  while (parts.releases.pinned()) await setTimeout(lookEvery);
  await scrubLog(parts, position);
};
