import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSpool } from '../../src/spool/spool.ts';
import { verifySpool } from '../../src/spool/verify.ts';
import { temporaryFolder } from '../support/collector.ts';
import { chunk, eventsInChunk } from './full-disk.ts';

const destinations = ['d'];

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
    const file = readFileSync(join(folder, 'data.mdb'));
    const payload = file.indexOf(Buffer.alloc(3000, 'x'));
    expect(payload).toBeGreaterThan(0);
    patch(folder, 'data.mdb', payload + 1000, Buffer.from('y'));
    await expect(verifySpool({ folder, destinations })).rejects.toMatchObject({ code: 'spool_corrupt' });
  });

  it('says spool_corrupt when LMDB has gone back to the meta page before', async () => {
    const folder = temporaryFolder();
    await fill(folder, 4);
    const earlier = readFileSync(join(folder, 'data.mdb')).subarray(0, 8192);
    const spool = openSpool({ folder });
    await spool.append(chunk(4));
    await spool.close();
    patch(folder, 'data.mdb', 0, earlier);
    await expect(verifySpool({ folder, destinations })).rejects.toMatchObject({
      code: 'spool_corrupt',
      detail: expect.stringMatching(/^entries 41 to 50 were acknowledged and are not there/),
    });
    expect(() => openSpool({ folder })).toThrow('entries 41 to 50 were acknowledged');
    // The operator has decided.
    rmSync(join(folder, 'seal'));
    expect(await verifySpool({ folder, destinations })).toEqual({ chunks: 4, entries: 40 });
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
