import { cpSync, openSync, readFileSync, rmSync, writeSync, closeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Random } from '../random.ts';
import type { World } from './world.ts';

const pageBytes = 4096;
/** Of the two first pages; the number of the transaction that wrote one stands in it. */
const magic = 0xbeefc0de;
/** Bytes from the page's start: of LMDB's page header and meta page as lmdb-js 3.5 writes them. */
const at = { transaction: 8, magic: 24, pageKind: 18 };

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

const damages: Readonly<Record<string, (page: Buffer) => void>> = {
  garbage: (page) => void randomBytes(pageBytes).copy(page),
  zeros: (page) => void page.fill(0),
  'half written': (page) => void randomBytes(pageBytes / 2).copy(page, pageBytes / 2),
  'bytes flipped': (page) => {
    for (let n = 0; n < 64; n++) page[n * 64 + (page[n]! % 64)]! ^= 0xff;
  },
};

/**
 * Destroys a page that the last transaction wrote, while nobody runs. Either the collector starts and has everything, or it says
 * `spool_corrupt` and does not; then the copy of before is put back, as an operator would do.
 */
export const corruptSpool = async (world: World, random: Random): Promise<string> => {
  const { collector, spool, scratch } = world;
  await collector.end('SIGKILL');
  const copy = join(scratch, 'spool');
  rmSync(copy, { recursive: true, force: true });
  cpSync(spool, copy, { recursive: true });
  const path = join(spool, 'data.mdb');
  const file = readFileSync(path);
  const { meta, data } = newestPages(file);
  const page = random.chance(0.25) ? meta : data[random.between(0, data.length - 1)]!;
  const names = Object.keys(damages);
  const name = names[random.between(0, names.length - 1)]!;
  const bytes = Buffer.from(file.subarray(page * pageBytes, (page + 1) * pageBytes));
  damages[name]!(bytes);
  const descriptor = openSync(path, 'r+');
  writeSync(descriptor, bytes, 0, pageBytes, page * pageBytes);
  closeSync(descriptor);
  const what = `${page < 2 ? 'meta' : 'data'} page ${name}`;
  const end = await collector.start();
  if (!end) return `${what}: nothing missing`;
  if (end.code !== 1 || !end.output.includes('spool_corrupt'))
    throw new Error(
      `${what}: ended with ${end.code ?? end.signal} and without the code: ${end.output.slice(-300)}`,
    );
  rmSync(spool, { recursive: true, force: true });
  cpSync(copy, spool, { recursive: true });
  const again = await collector.start();
  if (again) throw new Error(`the copy of the spool was not accepted: ${again.output.slice(-300)}`);
  return `${what}: spool_corrupt`;
};
