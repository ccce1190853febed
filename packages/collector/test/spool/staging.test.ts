import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fc } from '../../../../tests/support/fast-check.ts';
import { decodeChunk, encodeChunk } from '../../src/spool/chunk.ts';
import { encodeOnce } from '../../src/spool/encoded.ts';
import { createLogReader } from '../../src/spool/log/reader.ts';
import { openSegments } from '../../src/spool/log/segments.ts';
import { seenKeyBytes } from '../../src/spool/seen.ts';
import { createStaging } from '../../src/spool/staging.ts';
import type { Group, Staging } from '../../src/spool/staging.ts';
import { chunk, event } from '../support/chunks.ts';
import { temporaryFolder } from '../support/collector.ts';

/** Names of the events of one request, and how many of them are kept. */
const request = fc.record({
  sizes: fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 5 }),
  kept: fc.integer({ min: 0, max: 5 }),
});
type Request = { readonly sizes: readonly number[]; readonly kept: number };

const add = (staging: Staging, requests: readonly Request[]): void => {
  for (const { sizes } of requests)
    staging.add(encodeOnce(chunk(...sizes.map((size, at) => event(`${size}-${at}`, size)))));
};

/** Keeps of each request what it says, and gives the messageIds of that. */
const keep = (group: Group, requests: readonly Request[]): string[][] =>
  requests.map(({ sizes, kept }, sequence) => {
    const { keys, bytes } = group.next();
    const { meta, entries } = decodeChunk(bytes);
    const fields = { sequence, duplicates: 0, replaces: 0 };
    if (kept >= sizes.length) group.keep(fields);
    else {
      const less = encodeChunk({ meta, entries: entries.slice(0, kept) });
      group.keepInstead(keys.subarray(0, kept * seenKeyBytes), less, fields);
    }
    return sizes.slice(0, kept).map((size, at) => `${size}-${at}`);
  });

const idsIn = (bytes: Buffer): (string | null)[][] => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, '0000000000000000.log'), bytes);
  const reader = createLogReader(openSegments(folder));
  return [...reader.records(0, bytes.length)].map(({ chunk: found, keys }) => {
    const { entries } = decodeChunk(found);
    expect(keys.length).toBe(entries.length * seenKeyBytes);
    return entries.map((each) => ('columns' in each ? each.columns.messageId : null));
  });
};

it('makes one row of records of what is kept, in the order in which it came, group after group', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(request, { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
      (groups: Request[][]) => {
        const staging = createStaging();
        add(staging, groups[0]!);
        for (const [index, requests] of groups.entries()) {
          const group = staging.take();
          // The next ones come in while these are on their way.
          add(staging, groups[index + 1] ?? []);
          const ids = keep(group, requests);
          expect(idsIn(group.bytes())).toEqual(ids);
        }
      },
    ),
    { numRuns: 50 },
  );
});

it('has a group that is larger than what is kept of memory', () => {
  const staging = createStaging();
  const large = Array.from({ length: 12 }, () => ({ sizes: [1_000_000], kept: 1 }));
  for (let round = 0; round < 2; round += 1) {
    add(staging, large);
    const group = staging.take();
    const ids = keep(group, large);
    expect(idsIn(group.bytes())).toEqual(ids);
  }
});
