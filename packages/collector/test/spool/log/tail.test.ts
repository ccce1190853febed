import {
  closeSync,
  copyFileSync,
  cpSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLogReader } from '../../../src/spool/log/reader.ts';
import type { LogRecord } from '../../../src/spool/log/record.ts';
import { openSegments } from '../../../src/spool/log/segments.ts';
import { findEnd } from '../../../src/spool/log/tail.ts';
import { openSpool } from '../../../src/spool/spool.ts';
import type { Spool } from '../../../src/spool/spool.ts';
import { chunk, event, refused } from '../../support/chunks.ts';
import { temporaryFolder } from '../../support/collector.ts';
import { seededRandom } from '../../support/random.ts';
import { recordsOf } from './records.ts';

const first = '0000000000000000.log';
const chunks = [chunk(event('a', 30), event('b')), chunk(event('c'), refused('d')), chunk(event('e', 9))];
const start = { position: 0, head: 1 };

/** A file of these chunks, and a way to look for its end when it has other bytes. */
const openTail = () => {
  const folder = temporaryFolder();
  const whole = recordsOf(chunks);
  const reader = createLogReader(openSegments(folder));
  const path = join(folder, first);
  writeFileSync(path, whole);
  const records = [...reader.records(0, Infinity)].map((record): LogRecord => ({ ...record }));
  const end = () => findEnd(reader, start);
  const endOf = (bytes: Buffer) => {
    writeFileSync(path, bytes);
    return end();
  };
  const endWithout = (bit: number) => {
    const descriptor = openSync(path, 'r+');
    const at = bit >> 3;
    try {
      writeSync(descriptor, Buffer.of(whole[at]! ^ (1 << (bit & 7))), 0, 1, at);
      const found = end();
      writeSync(descriptor, whole, at, 1, at);
      return found;
    } finally {
      closeSync(descriptor);
    }
  };
  const endCut = (length: number) => {
    truncateSync(path, length);
    return end();
  };
  /** Where the log ends that has the first so many records. */
  const after = (count: number) => ({
    end: records[count - 1]?.end ?? 0,
    head: 1 + records.slice(0, count).reduce((sum, { entries }) => sum + entries, 0),
  });
  return { whole, records, endOf, endWithout, endCut, after };
};

const idsOf = (spool: Spool): string[] =>
  spool
    .read(1, spool.head())
    .flatMap((found) => found.chunk.entries.map(({ payload }) => payload.toString()));

describe('the end of the log', () => {
  it('is behind the last whole record, wherever the file was cut off', () => {
    const { whole, records, endCut, after } = openTail();
    expect(records).toHaveLength(3);
    expect(endCut(whole.length)).toEqual({ end: whole.length, head: 6 });
    for (let length = whole.length - 1; length >= 0; length -= 1) {
      const count = records.filter(({ end }) => end <= length).length;
      expect(endCut(length)).toEqual(after(count));
    }
  });

  it('is before the first record of which any bit has changed', () => {
    const { records, endWithout, after } = openTail();
    for (const [index, { start: from, chunkStart, chunk: bytes }] of records.entries()) {
      // All bits of its head; of the rest one of each byte, which are all the same to a checksum.
      for (let bit = from * 8; bit < (chunkStart + bytes.length) * 8; bit += bit < (from + 32) * 8 ? 1 : 9)
        expect(endWithout(bit), `bit ${bit}`).toEqual(after(index));
    }
  });

  it('is before a record whose number does not follow, and before bytes of any other kind', () => {
    const { whole, endOf, after } = openTail();
    const stale = recordsOf(chunks.slice(1), 4);
    expect(endOf(Buffer.concat([recordsOf(chunks.slice(0, 1)), stale]))).toEqual(after(1));
    const random = seededRandom(7);
    const noise = Buffer.from(Array.from({ length: 4096 }, () => Math.floor(random() * 256)));
    expect(endOf(Buffer.concat([whole, noise]))).toEqual(after(3));
    expect(endOf(Buffer.concat([whole, Buffer.alloc(4096)]))).toEqual(after(3));
  });

  it('is where a spool goes on that was cut off: with all before it, each once, and nothing else', async () => {
    const folder = temporaryFolder();
    const living = openSpool({ folder, settling: 'elsewhere' });
    for (const each of chunks) await living.append(each);
    const { records, after } = openTail();
    const file = join('log', first);
    const whole = readFileSync(join(folder, file)).length;
    expect(whole).toBe(after(3).end);
    const random = seededRandom(11);
    const lengths = [0, whole, ...Array.from({ length: 10 }, () => Math.floor(random() * whole))];
    for (const length of lengths) {
      const copy = temporaryFolder();
      for (const name of ['data.mdb', 'seal']) copyFileSync(join(folder, name), join(copy, name));
      cpSync(join(folder, 'log'), join(copy, 'log'), { recursive: true });
      truncateSync(join(copy, file), length);
      if (length < whole) {
        // What was answered for is missing, and the seal says so.
        expect(() => openSpool({ folder: copy })).toThrow(/were acknowledged and are not there/);
        expect(readFileSync(join(copy, file))).toHaveLength(length);
        rmSync(join(copy, 'seal'));
      }
      const count = records.filter(({ end }) => end <= length).length;
      const kept = chunks
        .slice(0, count)
        .flatMap(({ entries }) => entries.map(({ payload }) => payload.toString()));
      let spool = openSpool({ folder: copy });
      expect(spool.head()).toBe(after(count).head);
      expect(await spool.append(chunk(event('a', 30), event('new')))).toEqual({
        duplicates: count > 0 ? 1 : 0,
      });
      const added = count > 0 ? ['{"id":"new"}'] : [`{"id":"${'a'.padEnd(30, 'x')}"}`, '{"id":"new"}'];
      expect(idsOf(spool)).toEqual([...kept, ...added]);
      await spool.close();
      spool = openSpool({ folder: copy });
      expect(idsOf(spool)).toEqual([...kept, ...added]);
      expect(spool.books(['d'])).toMatchObject([{ balanced: true }]);
      await spool.close();
    }
    await living.close();
  });
});
