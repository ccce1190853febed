import type { FileHandle } from 'node:fs/promises';

/**
 * Reads LMDB's file without LMDB, which trusts it: on a page that the disk gave back damaged it breaks off the whole program (an
 * assertion), and would do so at each start. Layout of lmdb-js' own LMDB, all numbers little-endian:
 * https://github.com/kriszyp/lmdb-js/blob/v3.5.6/dependencies/lmdb/libraries/liblmdb/mdb.c (MDB_meta, MDB_page, MDB_node, MDB_db)
 */
export const header = 24;
const metaPage = { magic: 24, pageSize: 48, free: 48, main: 96, lastPage: 144, transaction: 152 };
const magic = 0xbeefc0de;
export const rootOfTree = 40;
export const kinds = { branch: 1, leaf: 2, overflow: 4 };
export const nodes = { isOnPagesOfItsOwn: 1, isTree: 2, head: 8 };
export const noPage = 0xffff_ffff_ffff_ffffn;

const block = 1024 * 1024;
const mostBlocks = 8;

export interface Meta {
  readonly transaction: bigint;
  readonly pageSize: number;
  /** Pages that the file has at least. */
  readonly pages: number;
  readonly free: bigint;
  readonly main: bigint;
}

/** Not an error of the program: the disk's. */
class Damaged extends Error {}

export const damaged = (what: string): never => {
  throw new Damaged(what);
};

/** A RangeError: a number that leads out of its page. */
export const isDamage = (error: unknown): boolean => error instanceof Damaged || error instanceof RangeError;

const metaAt = (bytes: Buffer, at: number): Meta | undefined =>
  bytes.length < at + 4096 || bytes.readUInt32LE(at + metaPage.magic) !== magic
    ? undefined
    : {
        transaction: bytes.readBigUInt64LE(at + metaPage.transaction),
        pageSize: bytes.readUInt32LE(at + metaPage.pageSize),
        pages: Number(bytes.readBigUInt64LE(at + metaPage.lastPage)) + 1,
        free: bytes.readBigUInt64LE(at + metaPage.free + rootOfTree),
        main: bytes.readBigUInt64LE(at + metaPage.main + rootOfTree),
      };

/** The newer of the two: the other is the transaction before, or half of one that did not happen. */
export const readMeta = async (file: FileHandle): Promise<Meta & { readonly isPair: boolean }> => {
  const start = Buffer.alloc(2 * 65_536);
  const { bytesRead } = await file.read(start, 0, start.length, 0);
  const bytes = start.subarray(0, bytesRead);
  const found = [0, 4096, 8192, 16_384, 32_768, 65_536]
    .map((at) => ({ at, meta: metaAt(bytes, at) }))
    .filter(({ at, meta }) => meta && (at === 0 || at === meta.pageSize))
    .map(({ meta }) => meta!);
  const [first, second] = found;
  if (!first) return damaged('no meta page');
  const newest = second && second.transaction > first.transaction ? second : first;
  const { size } = await file.stat();
  if (newest.pages * newest.pageSize > size) damaged('the file is too short');
  return { ...newest, isPair: second !== undefined };
};

export const createReader = (file: FileHandle, { pageSize, pages }: Meta) => {
  const blocks = new Map<number, Buffer>();
  const blockAt = async (index: number): Promise<Buffer> => {
    const known = blocks.get(index);
    if (known) return known;
    const bytes = Buffer.alloc(block);
    const { bytesRead } = await file.read(bytes, 0, block, index * block);
    if (blocks.size >= mostBlocks) blocks.delete(blocks.keys().next().value!);
    blocks.set(index, bytes.subarray(0, bytesRead));
    return bytes.subarray(0, bytesRead);
  };
  return {
    /** A page that says itself which it is. */
    async page(number: bigint, kind: number): Promise<Buffer> {
      if (number >= BigInt(pages)) damaged('a page behind the last');
      const at = Number(number) * pageSize;
      const bytes = (await blockAt(Math.floor(at / block))).subarray(at % block, (at % block) + pageSize);
      if (bytes.length < pageSize || bytes.readBigUInt64LE(0) !== number) damaged('a page of another number');
      if ((bytes.readUInt16LE(18) & kind) === 0) damaged('a page of another kind');
      return bytes;
    },
    async value(number: bigint, size: number): Promise<Buffer> {
      const bytes = Buffer.alloc(size);
      await file.read(bytes, 0, size, Number(number) * pageSize + header);
      return bytes;
    },
  };
};

export interface Node {
  /** Low and high half of the size, or of a child's page. */
  readonly number: number;
  readonly flags: number;
  readonly name: Buffer;
  readonly data: Buffer;
}

export const nodesOf = (page: Buffer): Node[] => {
  const lower = page.readUInt16LE(20);
  const upper = page.readUInt16LE(22);
  if (lower > upper || header + upper > page.length) damaged('bounds of a page');
  return Array.from({ length: lower >> 1 }, (_, index) => {
    const at = header + page.readUInt16LE(header + 2 * index);
    if (at < header + upper || at + nodes.head > page.length) return damaged('place of a node');
    const name = at + nodes.head;
    const data = name + page.readUInt16LE(at + 6);
    if (data > page.length) return damaged('size of a name');
    return {
      number: page.readUInt16LE(at) + page.readUInt16LE(at + 2) * 65_536,
      flags: page.readUInt16LE(at + 4),
      name: page.subarray(name, data),
      data: page.subarray(data),
    };
  });
};
