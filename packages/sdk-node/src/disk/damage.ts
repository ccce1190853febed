import { open, rename, rm } from 'node:fs/promises';

/**
 * Where LMDB's two meta pages say how long the file must be: lmdb-js' own LMDB, whose page header takes 24 bytes.
 * https://github.com/kriszyp/lmdb-js/blob/v3.5.6/dependencies/lmdb/libraries/liblmdb/mdb.c (MDB_meta)
 */
const metaPage = { magic: 24, pageSize: 48, lastPage: 144, transaction: 152, length: 160 };
const magic = 0xbeefc0de;

interface Meta {
  readonly transaction: bigint;
  readonly bytes: number;
}

const readMeta = (page: Buffer): Meta | undefined =>
  page.length < metaPage.length || page.readUInt32LE(metaPage.magic) !== magic
    ? undefined
    : {
        transaction: page.readBigUInt64LE(metaPage.transaction),
        bytes: (Number(page.readBigUInt64LE(metaPage.lastPage)) + 1) * page.readUInt32LE(metaPage.pageSize),
      };

/** Bytes that a page of LMDB has at least and at most. */
const pageSizes = [4096, 8192, 16_384, 32_768];

/**
 * False for a file that is shorter than its own meta pages say: LMDB maps it, and reading behind its end would end the process. One
 * that is missing or empty is whole; whatever LMDB itself finds out is left to LMDB.
 */
export const isWhole = async (path: string): Promise<boolean> => {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return true;
  try {
    const { size } = await file.stat();
    if (size === 0) return true;
    const start = Buffer.alloc(2 * 32_768);
    const { bytesRead } = await file.read(start, 0, start.length, 0);
    const first = readMeta(start.subarray(0, bytesRead));
    const stride = first ? start.readUInt32LE(metaPage.pageSize) : 4096;
    if (!pageSizes.includes(stride)) return false;
    const second = readMeta(start.subarray(stride, bytesRead));
    const newest = [first, second]
      .filter((meta) => meta !== undefined)
      .reduce<Meta | undefined>((a, b) => (a && a.transaction > b.transaction ? a : b), undefined);
    return newest !== undefined && newest.bytes <= size;
  } finally {
    await file.close();
  }
};

/** Puts a damaged file out of the way, and keeps it. @returns its new place */
export const setAside = async (path: string): Promise<string> => {
  const place = `${path}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  await rename(path, place);
  await rm(`${path}-lock`, { force: true });
  return place;
};
