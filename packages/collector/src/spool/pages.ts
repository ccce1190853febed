import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * The account of a data file's pages: each is in use by one tree, or free. LMDB checks nothing of it, and a list of free pages with a
 * flipped bit in it makes the next transaction overwrite a page that is in use (`pnpm chaos --only corrupted`).
 *
 * The layout is that of lmdb-js 3 (data version 2), little-endian: http://www.lmdb.tech/doc/internal.html, with the transaction's
 * number in the head of a page. Of another version nothing is said.
 */

const head = 24;
const at = { kind: 18, lower: 20, upper: 22, overflowPages: 20, magic: 24, version: 28 } as const;
const metaAt = { databases: 48, database: 48, lastPage: 144, transaction: 152 } as const;
const databaseAt = { depth: 6, leafPages: 16, overflowPages: 24, root: 40 } as const;
const kinds = { branch: 1, leaf: 2, overflow: 4 } as const;
const nodeFlags = { big: 1, tree: 2 } as const;
const nodeHead = 8;
const magic = 0xbeefc0de;
const version = 2;
const none = 0xffff_ffff_ffff_ffffn;

export interface PageAccount {
  readonly used: number;
  readonly free: number;
}

interface Found {
  readonly page: Buffer;
  readonly kind: number;
  /** Where each node begins. */
  readonly nodes: readonly number[];
}

/** What is wrong with the pages, as an error's message. */
const wrong = (what: string): Error => new Error(`the data file: ${what}`);

/** The bookkeeping of one check. */
const openPages = (descriptor: number, pageBytes: number, pages: number) => {
  const taken = new Uint8Array(pages);
  let used = 0;
  const readAt = (number: number): Buffer => {
    const page = Buffer.allocUnsafe(pageBytes);
    if (readSync(descriptor, page, 0, pageBytes, number * pageBytes) < pageBytes)
      throw wrong(`page ${number} is cut off`);
    return page;
  };
  return {
    mark(from: number, count = 1): void {
      for (let number = from; number < from + count; number += 1) {
        if (number < 2 || number >= pages) throw wrong(`page ${number} is not one of its ${pages}`);
        if (taken[number] !== 0) throw wrong(`page ${number} belongs to two owners`);
        taken[number] = 1;
        used += 1;
      }
    },
    used: () => used,
    read(number: number): Found {
      const page = readAt(number);
      const kind = page.readUInt16LE(at.kind) & 7;
      if (page.readBigUInt64LE(0) !== BigInt(number) || (kind !== kinds.branch && kind !== kinds.leaf))
        throw wrong(`page ${number} is not what it should be`);
      const count = page.readUInt16LE(at.lower) >> 1;
      const upper = page.readUInt16LE(at.upper) + head;
      if (head + count * 2 > upper || upper > pageBytes) throw wrong(`page ${number} is damaged`);
      const nodes = Array.from({ length: count }, (_, index) => page.readUInt16LE(head + index * 2) + head);
      if (nodes.some((node) => node < upper || node + nodeHead > pageBytes))
        throw wrong(`page ${number} is damaged`);
      return { page, kind, nodes };
    },
    overflow(number: number): number {
      const page = readAt(number);
      if (page.readBigUInt64LE(0) !== BigInt(number) || (page.readUInt16LE(at.kind) & 7) !== kinds.overflow)
        throw wrong(`page ${number} is not what it should be`);
      return page.readUInt32LE(at.overflowPages);
    },
    readMany(number: number, count: number): Buffer {
      const bytes = Buffer.allocUnsafe(count * pageBytes);
      readSync(descriptor, bytes, 0, bytes.length, number * pageBytes);
      return bytes;
    },
  };
};

type Pages = ReturnType<typeof openPages>;

interface Tree {
  readonly root: bigint;
  readonly depth: number;
}

const treeAt = (bytes: Buffer, offset: number): Tree => ({
  root: bytes.readBigUInt64LE(offset + databaseAt.root),
  depth: bytes.readUInt16LE(offset + databaseAt.depth),
});

/** 48 bits in three parts. */
const childOf = (page: Buffer, node: number): number =>
  page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 2 ** 16 + page.readUInt16LE(node + 4) * 2 ** 32;

interface WalkOptions {
  /** False: the leaves are marked and not read. Only where no value is so long that it has pages of its own. */
  readonly readsLeaves: boolean;
  /** Given each value of the leaves, and whether it is a tree itself. */
  readonly visit?: (value: Buffer, isTree: boolean) => void;
}

/** Marks the pages of a tree. */
const walk = (pages: Pages, { root, depth }: Tree, { readsLeaves, visit }: WalkOptions): void => {
  if (root === none) return;
  const leafValue = (number: number, page: Buffer, node: number): void => {
    const length = page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 65_536;
    const flags = page.readUInt16LE(node + 4);
    const start = node + nodeHead + page.readUInt16LE(node + 6);
    const isLong = (flags & nodeFlags.big) !== 0;
    if (start + (isLong ? 8 : length) > page.length) throw wrong(`page ${number} is damaged`);
    if (!isLong) return visit?.(page.subarray(start, start + length), (flags & nodeFlags.tree) !== 0);
    const first = Number(page.readBigUInt64LE(start));
    const count = pages.overflow(first);
    pages.mark(first, count);
    if (head + length > count * page.length) throw wrong(`page ${first} is damaged`);
    if (visit) visit(pages.readMany(first, count).subarray(head, head + length), false);
  };
  const descend = (number: number, level: number): void => {
    pages.mark(number);
    if (level > depth) throw wrong(`a tree is deeper than its ${depth} levels`);
    if (level === depth && !readsLeaves) return;
    const { page, kind, nodes } = pages.read(number);
    if ((kind === kinds.leaf) !== (level === depth)) throw wrong(`page ${number} is on the wrong level`);
    for (const node of nodes) {
      if (kind === kinds.leaf) leafValue(number, page, node);
      else descend(childOf(page, node), level + 1);
    }
  };
  descend(Number(root), 1);
};

/** A list of free pages: its length, then page numbers, a run as its negative length and its first page, and zeros for what was taken. */
const markFree = (pages: Pages, list: Buffer): number => {
  const count = Number(list.readBigUInt64LE(0));
  if ((count + 1) * 8 > list.length) throw wrong('a list of free pages is damaged');
  let free = 0;
  for (let index = 1; index <= count; index += 1) {
    const value = Number(list.readBigInt64LE(index * 8));
    if (value === 0) continue;
    if (value < 0) index += 1;
    if (index > count) throw wrong('a list of free pages is damaged');
    const length = value < 0 ? -value : 1;
    pages.mark(value < 0 ? Number(list.readBigInt64LE(index * 8)) : value, length);
    free += length;
  }
  return free;
};

/** Stands in the first database's record. */
const pageSize = (descriptor: number): number | null => {
  const start = Buffer.alloc(metaAt.databases + 4);
  if (readSync(descriptor, start, 0, start.length, 0) < start.length) return null;
  if (start.readUInt32LE(at.magic) !== magic) throw wrong('a meta page is damaged');
  if (start.readUInt32LE(at.version) !== version) return null;
  const size = start.readUInt32LE(metaAt.databases);
  if (size < 512 || size > 65_536 || (size & (size - 1)) !== 0) throw wrong('a meta page is damaged');
  return size;
};

/**
 * Follows all trees of the file. Reads the branches of large ones, and everything of small ones.
 *
 * @param largeLeaves leaves from which on those of a tree are passed over
 * @returns null if the file's version is another
 * @throws Error that says what is wrong
 */
export const accountPages = (file: string, largeLeaves = 4096): PageAccount | null => {
  const descriptor = openSync(file, 'r');
  try {
    const pageBytes = pageSize(descriptor);
    if (pageBytes === null) return null;
    const metas = Buffer.alloc(2 * pageBytes);
    readSync(descriptor, metas, 0, metas.length, 0);
    const both = [0, pageBytes];
    if (both.some((start) => metas.readUInt32LE(start + at.magic) !== magic))
      throw wrong('a meta page is damaged');
    if (both.some((start) => metas.readUInt32LE(start + at.version) !== version)) return null;
    const transactionAt = (start: number): bigint => metas.readBigUInt64LE(start + metaAt.transaction);
    const meta = transactionAt(0) > transactionAt(pageBytes) ? 0 : pageBytes;
    const count = Number(metas.readBigUInt64LE(meta + metaAt.lastPage)) + 1;
    if (count < 2 || count * pageBytes > fstatSync(descriptor).size) throw wrong('a meta page is damaged');
    const pages = openPages(descriptor, pageBytes, count);
    const lists: Buffer[] = [];
    const keepList = (list: Buffer): void => void lists.push(Buffer.from(list));
    walk(pages, treeAt(metas, meta + metaAt.databases), { readsLeaves: true, visit: keepList });
    const walkInner = (value: Buffer, isTree: boolean): void => {
      if (!isTree) return;
      const isLarge = value.readBigUInt64LE(databaseAt.leafPages) > BigInt(largeLeaves);
      const hasLong = value.readBigUInt64LE(databaseAt.overflowPages) > 0n;
      walk(pages, treeAt(value, 0), { readsLeaves: hasLong || !isLarge });
    };
    const inner = treeAt(metas, meta + metaAt.databases + metaAt.database);
    walk(pages, inner, { readsLeaves: true, visit: walkInner });
    const free = lists.reduce((sum, list) => sum + markFree(pages, list), 0);
    const used = pages.used() - free;
    if (used + free !== count - 2)
      throw wrong(`${count - 2 - used - free} of its ${count} pages belong to nobody`);
    return { used, free };
  } finally {
    closeSync(descriptor);
  }
};
