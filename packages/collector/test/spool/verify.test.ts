import {
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEnvironment } from '../../src/spool/environment.ts';
import { accountPages } from '../../src/spool/pages.ts';
import { openSpool } from '../../src/spool/spool.ts';
import { verifySpool } from '../../src/spool/verify.ts';
import { temporaryFolder } from '../support/collector.ts';
import { chunk, eventsInChunk } from './full-disk.ts';

const destinations = ['d'];
const firstOfLog = 'log/0000000000000000.log';

const fill = async (folder: string, chunks: number): Promise<void> => {
  const spool = openSpool({ folder });
  for (let n = 0; n < chunks; n += 1) await spool.append(chunk(n));
  await spool.close();
};

const patch = (folder: string, file: string, position: number, bytes: Uint8Array): void => {
  const descriptor = openSync(join(folder, file), 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, position);
  closeSync(descriptor);
};

describe('verifySpool', () => {
  it('finds nothing wrong with a spool that was closed, and with one of which a part is loaded', async () => {
    const folder = temporaryFolder();
    await fill(folder, 5);
    expect(await verifySpool({ folder, destinations })).toEqual({ chunks: 5, entries: 5 * eventsInChunk });
    const spool = openSpool({ folder });
    await spool.transact(() => {
      spool.saveCursor('d', { next: 1 + 2 * eventsInChunk, ranges: [] });
      spool.ledger.editLoaded('till', 'd').loaded += 2 * eventsInChunk;
      spool.release(['d']);
    });
    await spool.close();
    expect(await verifySpool({ folder, destinations })).toEqual({ chunks: 3, entries: 3 * eventsInChunk });
  });

  it('says spool_corrupt when a byte of a chunk has changed on disk', async () => {
    const folder = temporaryFolder();
    await fill(folder, 3);
    const payload = readFileSync(join(folder, firstOfLog)).indexOf(Buffer.alloc(3000, 'x'));
    expect(payload).toBeGreaterThan(0);
    patch(folder, firstOfLog, payload + 1000, Buffer.from('y'));
    await expect(verifySpool({ folder, destinations })).rejects.toMatchObject({ code: 'spool_corrupt' });
  });

  it('loses nothing when LMDB has gone back to the meta page before: the log has it', async () => {
    const folder = temporaryFolder();
    await fill(folder, 4);
    const earlier = readFileSync(join(folder, 'data.mdb')).subarray(0, 8192);
    const spool = openSpool({ folder });
    await spool.append(chunk(4));
    await spool.close();
    patch(folder, 'data.mdb', 0, earlier);
    expect(await verifySpool({ folder, destinations })).toEqual({ chunks: 4, entries: 40 });
    const again = openSpool({ folder });
    expect(again.head()).toBe(51);
    expect(await again.append(chunk(4))).toEqual({ duplicates: eventsInChunk });
    await again.close();
    expect(await verifySpool({ folder, destinations })).toEqual({ chunks: 5, entries: 50 });
  });

  it('says spool_corrupt when the end of the log is gone that the index does not have yet', async () => {
    const folder = temporaryFolder();
    await fill(folder, 4);
    const earlier = readFileSync(join(folder, 'data.mdb'));
    const length = statSync(join(folder, firstOfLog)).size;
    await fill(folder, 5);
    writeFileSync(join(folder, 'data.mdb'), earlier);
    truncateSync(join(folder, firstOfLog), length + 1000);
    await expect(verifySpool({ folder, destinations })).rejects.toMatchObject({
      code: 'spool_corrupt',
      detail: expect.stringMatching(/^entries 41 to 50 were acknowledged and are not there/),
    });
    expect(() => openSpool({ folder })).toThrow('entries 41 to 50 were acknowledged');
    // The operator has decided.
    rmSync(join(folder, 'seal'));
    expect(await verifySpool({ folder, destinations })).toEqual({ chunks: 4, entries: 40 });
  });

  it('says spool_corrupt when the end of the log is gone that brought repeats only', async () => {
    const folder = temporaryFolder();
    await fill(folder, 2);
    const earlier = readFileSync(join(folder, 'data.mdb'));
    const length = statSync(join(folder, firstOfLog)).size;
    await fill(folder, 1);
    writeFileSync(join(folder, 'data.mdb'), earlier);
    expect(await verifySpool({ folder, destinations })).toEqual({ chunks: 2, entries: 20 });
    writeFileSync(join(folder, 'data.mdb'), earlier);
    truncateSync(join(folder, firstOfLog), length + 8);
    await expect(verifySpool({ folder, destinations })).rejects.toMatchObject({
      code: 'spool_corrupt',
      detail: expect.stringMatching(new RegExp(`^the log goes to ${length} and went to \\d+;`)) as string,
    });
  });

  it('says spool_corrupt when books and chunks do not agree', async () => {
    const folder = temporaryFolder();
    await fill(folder, 2);
    const spool = openSpool({ folder });
    await spool.transact(() => {
      spool.ledger.edit('till').accepted += 1;
    });
    await spool.close();
    await expect(verifySpool({ folder, destinations })).rejects.toMatchObject({
      code: 'spool_corrupt',
      detail: 'the books of till and d do not balance',
    });
  });
});

describe('verifySpool, the whole of it', () => {
  /** Ids of both kinds: in order, and in none. */
  const fillOld = async (folder: string): Promise<void> => {
    const spool = openSpool({ folder });
    for (let n = 0; n < 40; n += 1) {
      await spool.append(chunk(n));
      await spool.transact(() => {
        for (let id = 0; id < 50; id += 1) {
          spool.remember(`0199aa00-0000-7000-8000-${String(n * 50 + id).padStart(12, '0')}`);
          spool.remember(`any text ${n} ${id}`);
        }
      });
    }
    await spool.close();
  };
  const old = Buffer.from('0199aa00000070008000000000000007', 'hex');

  it('finds a messageId that has changed on an old page, of either kind', async () => {
    const folder = temporaryFolder();
    await fillOld(folder);
    const whole = { folder, destinations, whole: true };
    expect(await verifySpool(whole)).toEqual({ chunks: 40, entries: 400 });
    const bytes = readFileSync(join(folder, 'data.mdb'));
    const { createHash } = await import('node:crypto');
    const hashed = createHash('sha256').update('any text 3 7').digest().subarray(0, 16);
    for (const key of [old, hashed]) {
      const places: number[] = [];
      for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + 1)) places.push(at);
      expect(places.length).toBeGreaterThan(0);
      // The last byte but one bit: neighbours stay in their order.
      for (const at of places) patch(folder, 'data.mdb', at + 15, Buffer.from([key[15]! ^ 0x80]));
      await expect(verifySpool(whole)).rejects.toMatchObject({ code: 'spool_corrupt' });
      for (const at of places) patch(folder, 'data.mdb', at, key);
      expect(await verifySpool(whole)).toMatchObject({ chunks: 40 });
    }
  });

  it('notes what there is where an older version kept no sum, and finds what changes from then on', async () => {
    const folder = temporaryFolder();
    await fillOld(folder);
    const environment = openEnvironment(folder);
    await environment.transaction(() => environment.meta.removeSync('seenSum'));
    await environment.close();
    const whole = { folder, destinations, whole: true };
    await verifySpool(whole);
    const bytes = readFileSync(join(folder, 'data.mdb'));
    const at = bytes.indexOf(old);
    patch(folder, 'data.mdb', at + 15, Buffer.from([old[15]! ^ 0x80]));
    await expect(verifySpool(whole)).rejects.toMatchObject({ code: 'spool_corrupt' });
  });
});

describe('accountPages', () => {
  it('finds each page in use once or free, and a free list that names one in use', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'data.mdb');
    const spool = openSpool({ folder });
    // Values that have pages of their own, as chunks of earlier versions and rejects have.
    for (let n = 0; n < 30; n += 1) {
      await Promise.all([spool.append(chunk(2 * n)), spool.append(chunk(2 * n + 1))]);
      await spool.transact(() => {
        spool.notes.put('long', 'x'.repeat((n % 7) * 100_000));
      });
      if (n % 7 !== 0) continue;
      await spool.transact(() => {
        spool.saveCursor('d', { next: spool.head(), ranges: [] });
        spool.release(['d']);
      });
    }
    await spool.close();
    const account = accountPages(file);
    expect(account?.free).toBeGreaterThan(100);
    expect(account?.used).toBeGreaterThan(10);
    // Leaves that are not read are counted, too.
    expect(accountPages(file, 0)).toEqual(account);

    const bytes = readFileSync(file);
    const meta = bytes.readBigUInt64LE(152) > bytes.readBigUInt64LE(4096 + 152) ? 0 : 4096;
    const freeRoot = Number(bytes.readBigUInt64LE(meta + 88)) * 4096;
    const mainRoot = bytes.readBigUInt64LE(meta + 136);
    // In a list of free pages the root of all is named.
    const nodes = Array.from(
      { length: bytes.readUInt16LE(freeRoot + 20) >> 1 },
      (_, n) => freeRoot + 24 + bytes.readUInt16LE(freeRoot + 24 + 2 * n),
    );
    const lists = nodes
      .filter((node) => (bytes.readUInt16LE(node + 4) & 1) === 0)
      .map((node) => node + 8 + bytes.readUInt16LE(node + 6));
    const list = lists.find((start) => bytes.readBigUInt64LE(start) > 0n);
    expect(list).toBeDefined();
    const number = Buffer.alloc(8);
    number.writeBigUInt64LE(mainRoot);
    patch(folder, 'data.mdb', list! + 8, number);
    expect(() => accountPages(file)).toThrow(/^the data file: /);
    await expect(verifySpool({ folder, destinations })).rejects.toMatchObject({ code: 'spool_corrupt' });
  });
});
