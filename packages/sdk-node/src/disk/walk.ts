import { open, type FileHandle } from 'node:fs/promises';
import {
  createReader,
  damaged,
  header,
  isDamage,
  kinds,
  nodes,
  nodesOf,
  noPage,
  readMeta,
  rootOfTree,
  type Meta,
  type Node,
} from './pages.ts';

/** Levels of a tree: more are a circle. */
const deepest = 32;

/** A value of the table `events`. */
export type RecordVisitor = (value: Buffer) => Promise<void>;

/**
 * Walks all trees in order.
 *
 * @param visit told each record that can be read; when given, what cannot be read is passed over
 * @returns false when something could not be read
 */
export const walk = async (file: FileHandle, meta: Meta, visit?: RecordVisitor): Promise<boolean> => {
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

export const withFile = async <T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> => {
  const file = await open(path, 'r');
  try {
    return await work(file);
  } finally {
    await file.close();
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
