import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../random.ts';
import { judgeDamage, overwrite, pageBytes } from './damage.ts';
import type { World } from './world.ts';

/** Of the two first pages; the number of the transaction that wrote one stands in it. */
const magic = 0xbeefc0de;
/** Bytes from the page's start: of LMDB's page header and meta page as lmdb-js 3.5 writes them. */
const at = { number: 0, transaction: 8, magic: 24, pageKind: 18, metaTransaction: 152 };

interface NewestPages {
  /** The one of the two that counts. */
  readonly meta: number;
  /** Pages that the last transaction wrote, without the continuation of long values. */
  readonly data: readonly number[];
}

/** What the last transaction wrote. */
export const newestPages = (file: Buffer): NewestPages => {
  const written = (page: number): bigint => file.readBigUInt64LE(page * pageBytes + at.transaction);
  const isPage = (page: number): boolean =>
    file.readBigUInt64LE(page * pageBytes) === BigInt(page) &&
    [1, 2, 4].includes(file.readUInt16LE(page * pageBytes + at.pageKind) & 7);
  const pages: number[] = [];
  let newest = 0n;
  for (let page = 2; (page + 1) * pageBytes <= file.length; page++) {
    if (!isPage(page) || written(page) < newest) continue;
    if (written(page) > newest) pages.length = 0;
    newest = written(page);
    pages.push(page);
  }
  if (file.readUInt32LE(at.magic) !== magic) throw new Error('not the data file of LMDB that is expected');
  return { meta: Number(newest % 2n), data: pages };
};

/** Destroys a page of the index that the last transaction wrote. */
export const damageIndexPage = (world: World, random: Random): Promise<string> =>
  judgeDamage(world, (spool) => {
    const path = join(spool, 'data.mdb');
    const { meta, data } = newestPages(readFileSync(path));
    const page = random.chance(0.25) ? meta : data[random.between(0, data.length - 1)]!;
    const name = overwrite(path, page * pageBytes, pageBytes, random);
    return { what: `${page < 2 ? 'meta' : 'data'} page ${name}`, isHarmless: false };
  });

/**
 * The last meta page never reached the disk: LMDB goes back one transaction without a word. The log has what that one took in, so nothing
 * may be missing.
 */
export const goBackOne = (world: World): Promise<string> =>
  judgeDamage(world, (spool) => {
    const path = join(spool, 'data.mdb');
    const file = readFileSync(path);
    const transactionOf = (page: number): bigint =>
      file.readBigUInt64LE(page * pageBytes + at.metaTransaction);
    const newest = transactionOf(0) > transactionOf(1) ? 0 : 1;
    const older = 1 - newest;
    const bytes = Buffer.from(file.subarray(older * pageBytes, (older + 1) * pageBytes));
    bytes.writeBigUInt64LE(BigInt(newest), at.number);
    bytes.writeBigUInt64LE(transactionOf(newest) - 2n, at.metaTransaction);
    const descriptor = openSync(path, 'r+');
    writeSync(descriptor, bytes, 0, pageBytes, newest * pageBytes);
    closeSync(descriptor);
    return { what: 'one transaction less', isHarmless: true };
  });
