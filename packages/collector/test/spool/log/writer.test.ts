import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLogReader } from '../../../src/spool/log/reader.ts';
import { openSegments } from '../../../src/spool/log/segments.ts';
import { cutAtEnd, findEnd } from '../../../src/spool/log/tail.ts';
import { createLogWriter } from '../../../src/spool/log/writer.ts';
import { chunk, event } from '../../support/chunks.ts';
import { temporaryFolder } from '../../support/collector.ts';
import { recordsOf } from './records.ts';

/** One chunk a group, each of another length. */
const groups = Array.from({ length: 40 }, (_, at) => recordsOf([chunk(event(`e${at}`, at * 7))], at + 1));
const segmentBytes = 2000;

describe('the writer of the log', () => {
  it('goes on in a new file where one is long enough, and all is read in order, whatever is read at once', async () => {
    const segments = openSegments(temporaryFolder());
    let writer = createLogWriter({ segments, end: 0, base: null, segmentBytes });
    for (const [at, group] of groups.entries()) {
      if (at % 9 === 8) {
        // A restart, with something on its way.
        await writer.close();
        const { end } = findEnd(createLogReader(segments), { position: 0, head: 1 });
        expect(end).toBe(writer.end());
        writer = createLogWriter({ segments, end, base: cutAtEnd(segments, end), segmentBytes });
      }
      await writer.write(group);
    }
    await writer.close();
    const bases = segments.list();
    expect(bases.length).toBeGreaterThan(4);
    expect(bases[0]).toBe(0);
    expect(Buffer.concat(bases.map((base) => readFileSync(segments.pathOf(base))))).toEqual(
      Buffer.concat(groups),
    );
    for (const [index, base] of bases.slice(1).entries())
      expect(base - bases[index]!).toBeGreaterThanOrEqual(segmentBytes);
    for (const windowBytes of [0, 32, 500, 1 << 20]) {
      const found = [...createLogReader(segments, windowBytes).records(0, writer.end())];
      expect(found.map(({ sequence }) => sequence)).toEqual(groups.map((_, at) => at + 1));
    }
  });

  // A device that has no room: each write to it fails as on a full disk.
  it.skipIf(process.platform !== 'linux')(
    'keeps nothing of a group that failed, and goes on after it',
    async () => {
      const real = openSegments(temporaryFolder());
      let full = false;
      const segments = { ...real, pathOf: (base: number) => (full ? '/dev/full' : real.pathOf(base)) };
      const writer = createLogWriter({ segments, end: 0, base: null, segmentBytes });
      for (const [at, group] of groups.entries()) {
        const before = writer.end();
        full = real.list().length > 0 && before - real.list().at(-1)! >= segmentBytes;
        if (full) {
          await expect(writer.write(group)).rejects.toMatchObject({ code: 'ENOSPC' });
          await expect(writer.write(groups[0]!)).rejects.toMatchObject({ code: 'ENOSPC' });
          expect(writer.end()).toBe(before);
          full = false;
        }
        await writer.write(group);
        expect(writer.end(), `group ${at}`).toBe(before + group.length);
      }
      await writer.close();
      expect(findEnd(createLogReader(real), { position: 0, head: 1 })).toEqual({
        end: Buffer.concat(groups).length,
        head: groups.length + 1,
      });
    },
  );

  it('does not read what a file that was given up has beyond the start of the next one', async () => {
    const segments = openSegments(temporaryFolder());
    const one = createLogWriter({ segments, end: 0, base: null });
    await one.write(groups[0]!);
    const { length } = groups[0]!;
    // As after a write that failed and could not be cut back: a whole record that was refused.
    await one.write(recordsOf([chunk(event('refused'), event('refused, too'))], 2));
    await one.close();
    const two = createLogWriter({ segments, end: length, base: null });
    await two.write(groups[1]!);
    await two.close();
    expect(findEnd(createLogReader(segments), { position: 0, head: 1 })).toEqual({
      end: length + groups[1]!.length,
      head: 3,
    });
    expect(cutAtEnd(segments, two.end())).toBe(length);
  });
});
