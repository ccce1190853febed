export const keyBytes = 16;

/** A set of keys of 16 bytes, in one block of memory. */
export interface IdSet {
  /** False if the key is there. */
  add(bytes: Buffer, at: number): boolean;
  has(bytes: Buffer, at: number): boolean;
  size(): number;
  /** All keys, end to end, in no order. */
  keys(): Buffer;
  clear(): void;
}

/** Numbers of 32 bits from a key. Whoever chooses keys does not know the salt, and cannot make them fall on one place. */
export interface KeyHash {
  first(bytes: Buffer, at: number): number;
  second(bytes: Buffer, at: number): number;
}

/** Eight numbers of 32 bits. */
export type Salt = readonly number[];

/** Of the finaliser of MurmurHash3. */
const mix = (sum: number): number => {
  const half = Math.imul(sum ^ (sum >>> 16), 0x85eb_ca6b);
  const whole = Math.imul(half ^ (half >>> 13), 0xc2b2_ae35);
  return (whole ^ (whole >>> 16)) >>> 0;
};

export const createKeyHash = (salt: Salt): KeyHash => {
  const hash =
    (from: number) =>
    (bytes: Buffer, at: number): number => {
      let sum = 0;
      for (let part = 0; part < 4; part += 1)
        sum = Math.imul(sum ^ bytes.readInt32LE(at + part * 4), salt[from + part]! | 1) + (sum >>> 15);
      return mix(sum);
    };
  return { first: hash(0), second: hash(4) };
};

export const createIdSet = ({ first }: KeyHash): IdSet => {
  let slots = 1024;
  let count = 0;
  let table = Buffer.alloc(slots * keyBytes);
  let taken = new Uint8Array(slots);

  const find = (bytes: Buffer, at: number): number => {
    let slot = first(bytes, at) & (slots - 1);
    while (taken[slot] === 1) {
      const place = slot * keyBytes;
      if (
        table.readUInt32LE(place) === bytes.readUInt32LE(at) &&
        table.readUInt32LE(place + 4) === bytes.readUInt32LE(at + 4) &&
        table.readUInt32LE(place + 8) === bytes.readUInt32LE(at + 8) &&
        table.readUInt32LE(place + 12) === bytes.readUInt32LE(at + 12)
      )
        return slot;
      slot = (slot + 1) & (slots - 1);
    }
    return ~slot;
  };

  const put = (slot: number, bytes: Buffer, at: number): void => {
    bytes.copy(table, slot * keyBytes, at, at + keyBytes);
    taken[slot] = 1;
  };

  const grow = (): void => {
    const old = set.keys();
    slots *= 2;
    table = Buffer.alloc(slots * keyBytes);
    taken = new Uint8Array(slots);
    for (let at = 0; at < old.length; at += keyBytes) put(~find(old, at), old, at);
  };

  const set: IdSet = {
    add(bytes, at) {
      const slot = find(bytes, at);
      if (slot >= 0) return false;
      put(~slot, bytes, at);
      count += 1;
      if (count * 2 > slots) grow();
      return true;
    },
    has: (bytes, at) => find(bytes, at) >= 0,
    size: () => count,
    keys() {
      const all = Buffer.allocUnsafe(count * keyBytes);
      let end = 0;
      for (let slot = 0; slot < slots; slot += 1)
        if (taken[slot] === 1) end += table.copy(all, end, slot * keyBytes, (slot + 1) * keyBytes);
      return all;
    },
    clear() {
      taken.fill(0);
      count = 0;
    },
  };
  return set;
};

/** Below, equal or above zero, as `Buffer.compare`. */
export const compareKeys = (a: Buffer, at: number, b: Buffer, bt: number): number => {
  for (let part = 0; part < keyBytes; part += 4) {
    const difference = a.readUInt32BE(at + part) - b.readUInt32BE(bt + part);
    if (difference !== 0) return difference;
  }
  return 0;
};

export const sortKeys = (keys: Buffer): Buffer => {
  const order = Array.from({ length: keys.length / keyBytes }, (_, index) => index * keyBytes);
  order.sort((a, b) => compareKeys(keys, a, keys, b));
  const sorted = Buffer.allocUnsafe(keys.length);
  order.forEach((from, index) => keys.copy(sorted, index * keyBytes, from, from + keyBytes));
  return sorted;
};

/** A sorted run that is read from its start on. */
export interface MergeSource {
  /** What holds the key that is next, or null at the end. */
  block(): Buffer | null;
  at(): number;
  next(): void;
}

/** Moves at most so many keys, the least first, from the sources. True if nothing is left. */
export const mergeRuns = (
  sources: readonly MergeSource[],
  push: (bytes: Buffer, at: number) => void,
  keys: number,
): boolean => {
  for (let moved = 0; moved < keys; moved += 1) {
    let least: MergeSource | null = null;
    let bytes: Buffer | null = null;
    for (const source of sources) {
      const block = source.block();
      if (block === null) continue;
      if (bytes === null || least === null || compareKeys(block, source.at(), bytes, least.at()) < 0) {
        least = source;
        bytes = block;
      }
    }
    if (least === null || bytes === null) return true;
    push(bytes, least.at());
    least.next();
  }
  return false;
};
