import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Reads LMDB's file without LMDB, which trusts it: on a page that the disk gave back damaged it breaks off the whole program (an
 * assertion), and would do so at each start. Layout of lmdb-js' own LMDB, all numbers little-endian:
 * https://github.com/kriszyp/lmdb-js/blob/v3.5.6/dependencies/lmdb/libraries/liblmdb/mdb.c (MDB_meta, MDB_page, MDB_node, MDB_db)
 */
const header = 24;
const metaPage = { magic: 24, pageSize: 48, free: 48, main: 96, lastPage: 144, transaction: 152 };
const magic = 0xbeefc0de;
const rootOfTree = 40;
const kinds = { branch: 1, leaf: 2, overflow: 4 };
const nodes = { isOnPagesOfItsOwn: 1, isTree: 2, head: 8 };
const noPage = 0xffff_ffff_ffff_ffffn;
/** Levels of a tree: more are a circle. */
const deepest = 32;

const block = 1024 * 1024;
const mostBlocks = 8;

interface Meta {
  readonly transaction: bigint;
  readonly pageSize: number;
  /** Pages that the file has at least. */
  readonly pages: number;
  readonly free: bigint;
  readonly main: bigint;
}

/** A value of the table `events`. */
export type RecordVisitor = (value: Buffer) => Promise<void>;

/** Not an error of the program: the disk's. */
class Damaged extends Error {}

const damaged = (what: string): never => {
  throw new Damaged(what);
};

/** A RangeError: a number that leads out of its page. */
const isDamage = (error: unknown): boolean => error instanceof Damaged || error instanceof RangeError;

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
const readMeta = async (file: FileHandle): Promise<Meta & { readonly isPair: boolean }> => {
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

const createReader = (file: FileHandle, { pageSize, pages }: Meta) => {
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

interface Node {
  /** Low and high half of the size, or of a child's page. */
  readonly number: number;
  readonly flags: number;
  readonly name: Buffer;
  readonly data: Buffer;
}

const nodesOf = (page: Buffer): Node[] => {
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

/**
 * Walks all trees in order.
 *
 * @param visit told each record that can be read; when given, what cannot be read is passed over
 * @returns false when something could not be read
 */
const walk = async (file: FileHandle, meta: Meta, visit?: RecordVisitor): Promise<boolean> => {
  const reader = createReader(file, meta);
  let isWhole = true;

  const attempt = async (task: () => Promise<void>): Promise<void> => {
    try {
      await task();
    } catch (error) {
      if (!isDamage(error)) throw error;
      isWhole = false;
    }
  };

  const value = async (node: Node, isRecord: boolean): Promise<void> => {
    const size = node.number;
    if ((node.flags & nodes.isOnPagesOfItsOwn) === 0) {
      if (size > node.data.length) damaged('size of a value');
      if (isRecord) await visit?.(node.data.subarray(0, size));
      return;
    }
    const number = node.data.readBigUInt64LE(0);
    const first = await reader.page(number, kinds.overflow);
    const pages = first.readUInt32LE(20);
    if (pages !== Math.ceil((header + size) / meta.pageSize)) damaged('pages of a value');
    if (number + BigInt(pages) > BigInt(meta.pages)) damaged('a value behind the last page');
    if (isRecord) await visit?.(await reader.value(number, size));
  };

  const tree = async (root: bigint, isEvents: boolean, depth = 0): Promise<void> => {
    if (root === noPage) return;
    if (depth > deepest) damaged('a circle of pages');
    const page = await reader.page(root, kinds.branch | kinds.leaf);
    const isBranch = (page.readUInt16LE(18) & kinds.branch) !== 0;
    for (const node of nodesOf(page)) {
      if (!isWhole && !visit) return;
      await attempt(() => {
        if (isBranch) return tree(BigInt(node.number) + (BigInt(node.flags) << 32n), isEvents, depth + 1);
        if ((node.flags & nodes.isTree) === 0) return value(node, isEvents);
        const isEventsTree = node.name.toString('latin1').startsWith('events');
        return tree(node.data.readBigUInt64LE(rootOfTree), isEventsTree, depth + 1);
      });
    }
  };

  await attempt(() => tree(meta.main, false));
  await attempt(() => tree(meta.free, false));
  return isWhole;
};

const withFile = async <T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> => {
  const file = await open(path, 'r');
  try {
    return await work(file);
  } finally {
    await file.close();
  }
};

/** Of two looks at a file: when nobody wrote in between, the stamps are equal. */
interface Look {
  readonly isWhole: boolean;
  readonly stamp: string;
}

const look = (path: string): Promise<Look> =>
  withFile(path, async (file) => {
    const stamp = async (): Promise<string> => {
      const { size, ino } = await file.stat({ bigint: true });
      // Both meta pages, also where pages are 16 KiB.
      const start = Buffer.alloc(5 * 4096);
      await file.read(start, 0, start.length, 0);
      return `${ino} ${size} ${start.toString('base64')}`;
    };
    const before = await stamp();
    let isSound = before.split(' ')[1] === '0';
    try {
      const meta = await readMeta(file);
      isSound ||= meta.isPair && (await walk(file, meta));
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
    const after = await stamp();
    return { isWhole: isSound, stamp: after === before ? after : `${before} ${after}` };
  });

/** How often a file must look damaged, and the same, before it is held to be; milliseconds between two looks. */
const looks = { least: 3, most: 20, pause: 250 };

/**
 * False when the file cannot be what LMDB wrote. One that is missing or empty is whole, and so is one that changes while it is looked
 * at: another process has it open, and what is read then is no single state of it.
 */
export const isWhole = async (path: string): Promise<boolean> => {
  try {
    let before: Look | undefined;
    for (let n = 0, same = 0; n < looks.most; n++) {
      const now = await look(path);
      if (now.isWhole) return true;
      same = now.stamp === before?.stamp ? same + 1 : 1;
      if (same >= looks.least) return false;
      before = now;
      await wait(looks.pause);
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
};

/** Tells all records of a damaged file that can still be read, oldest first. */
export const readRecords = (path: string, visit: RecordVisitor): Promise<void> =>
  withFile(path, async (file) => {
    try {
      await walk(file, await readMeta(file), visit);
    } catch (error) {
      // Without a meta page there is no way in.
      if (!isDamage(error)) throw error;
    }
  });
