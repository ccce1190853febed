import type { Database } from 'lmdb';
import { compareKeys, keyBytes } from './id-keys.ts';
import type { KeyHash, MergeSource } from './id-keys.ts';

/** Keys in order, which never change. */
export interface Run {
  readonly id: number;
  /** How often its keys were merged. */
  readonly level: number;
  readonly count: number;
}

/** Keys of a block: a page of 4 KB, less LMDB's own head. */
const perBlock = 250;
const blockBytes = perBlock * keyBytes;
/** Numbers of a run's records: blocks of keys, then parts of the filter. */
const perRun = 2 ** 32;
const filterStart = 2 ** 31;
const filterPart = 64 * 1024;
/** Bits for a key, and of them set: of keys that are not in the run about one in a hundred seems to be. */
const bitsPerKey = 10;
const probes = 6;

const filterBytes = (count: number): number => Math.max(64, Math.ceil((count * bitsPerKey) / 512) * 64);

interface Open {
  readonly filter: Buffer;
  /** The first four bytes of each block. */
  readonly fences: Uint32Array;
}

/** Bytes that the whole of a run takes, generously. */
export const runBytes = (count: number): number => count * (keyBytes + 2) + filterBytes(count) + 256 * 1024;

export interface RunWriter {
  push(bytes: Buffer, at: number): void;
  finish(): Run;
}

export interface RunStore {
  has(run: Run, key: Buffer): boolean;
  /** Writes sorted keys as a run. Only inside a transaction, as the two below. */
  write(id: number, sorted: Buffer, level: number): Run;
  writer(id: number, level: number, expected: number): RunWriter;
  remove(id: number): void;
  /** Lets go of the filters of all other runs. */
  keep(runs: readonly Run[]): void;
  read(run: Run): MergeSource;
}

export const createRunStore = (records: Database<Buffer, number>, { first, second }: KeyHash): RunStore => {
  /** All bits of a key lie in 64 bytes: one line of the processor's cache. */
  const forEachBit = (
    size: number,
    key: Buffer,
    at: number,
    visit: (byte: number, mask: number) => boolean,
  ): boolean => {
    const line = (first(key, at) % (size / 64)) * 64;
    let bits = second(key, at);
    const step = (bits >>> 17) | 1;
    for (let probe = 0; probe < probes; probe += 1) {
      if (!visit(line + ((bits >>> 3) & 63), 1 << (bits & 7))) return false;
      bits = (bits + step) >>> 0;
    }
    return true;
  };
  const mayHold = (filter: Buffer, key: Buffer): boolean =>
    forEachBit(filter.length, key, 0, (byte, mask) => (filter[byte]! & mask) !== 0);

  const opened = new Map<number, Open>();

  const blocksOf = ({ count }: Run): number => Math.ceil(count / perBlock);

  const open = (run: Run): Open => {
    const known = opened.get(run.id);
    if (known) return known;
    const fences = new Uint32Array(blocksOf(run));
    const base = run.id * perRun;
    const parts: Buffer[] = [];
    for (const { value } of records.getRange({ start: base + filterStart, end: base + perRun }))
      parts.push(Buffer.from(value));
    const all = Buffer.concat(parts);
    const filter = all.subarray(0, filterBytes(run.count));
    const fenceBytes = all.subarray(filter.length);
    for (let index = 0; index < fences.length; index += 1) fences[index] = fenceBytes.readUInt32LE(index * 4);
    const found = { filter, fences };
    opened.set(run.id, found);
    return found;
  };

  const block = ({ id }: Run, index: number): Buffer => {
    const found = records.get(id * perRun + index);
    if (!found) throw new Error(`block ${index} of run ${id} of the seen ids is missing`);
    return found;
  };

  /** The last of `count` places whose key is not above; -1 if there is none. */
  const lastBelow = (count: number, order: (place: number) => number): number => {
    let low = -1;
    let high = count;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (order(middle) <= 0) low = middle;
      else high = middle;
    }
    return low;
  };

  const writer = (id: number, level: number, expected: number): RunWriter => {
    const filter = Buffer.alloc(filterBytes(expected));
    const fences: number[] = [];
    const pending = Buffer.allocUnsafe(blockBytes);
    let end = 0;
    let count = 0;
    const set = (byte: number, mask: number): boolean => {
      filter[byte]! |= mask;
      return true;
    };
    const writeBlock = (): void => {
      if (end === 0) return;
      records.putSync(id * perRun + fences.length, Buffer.from(pending.subarray(0, end)));
      fences.push(pending.readUInt32BE(0));
      end = 0;
    };
    return {
      push(bytes, at) {
        end += bytes.copy(pending, end, at, at + keyBytes);
        forEachBit(filter.length, bytes, at, set);
        count += 1;
        if (end === blockBytes) writeBlock();
      },
      finish() {
        writeBlock();
        const fenceBytes = Buffer.alloc(fences.length * 4);
        fences.forEach((fence, index) => fenceBytes.writeUInt32LE(fence, index * 4));
        const all = Buffer.concat([filter, fenceBytes]);
        for (let at = 0; at < all.length; at += filterPart)
          records.putSync(
            id * perRun + filterStart + at / filterPart,
            Buffer.from(all.subarray(at, at + filterPart)),
          );
        return { id, level, count };
      },
    };
  };

  return {
    has(run, key) {
      const { filter, fences } = open(run);
      if (!mayHold(filter, key)) return false;
      const wanted = key.readUInt32BE(0);
      // Only blocks that begin with the same four bytes must be looked into to be told apart.
      const index = lastBelow(fences.length, (place) =>
        fences[place] === wanted ? compareKeys(block(run, place), 0, key, 0) : fences[place]! - wanted,
      );
      if (index < 0) return false;
      const keys = block(run, index);
      const place = lastBelow(keys.length / keyBytes, (each) => compareKeys(keys, each * keyBytes, key, 0));
      return place >= 0 && compareKeys(keys, place * keyBytes, key, 0) === 0;
    },
    write(id, sorted, level) {
      const to = writer(id, level, sorted.length / keyBytes);
      for (let at = 0; at < sorted.length; at += keyBytes) to.push(sorted, at);
      return to.finish();
    },
    writer,
    remove(id) {
      opened.delete(id);
      for (const key of [...records.getKeys({ start: id * perRun, end: (id + 1) * perRun })])
        records.removeSync(key);
    },
    keep(runs) {
      const kept = new Set(runs.map(({ id }) => id));
      for (const id of [...opened.keys()]) if (!kept.has(id)) opened.delete(id);
    },
    read(run) {
      let index = 0;
      let at = 0;
      const load = (): Buffer | null => {
        const value = index < blocksOf(run) ? records.get(run.id * perRun + index) : undefined;
        return value ? Buffer.from(value) : null;
      };
      let current = load();
      return {
        block: () => current,
        at: () => at,
        next() {
          at += keyBytes;
          if (current === null || at < current.length) return;
          index += 1;
          at = 0;
          current = load();
        },
      };
    },
  };
};
