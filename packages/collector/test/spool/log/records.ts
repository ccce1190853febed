import { isAccepted } from '../../../src/spool/chunk.ts';
import type { Chunk } from '../../../src/spool/chunk.ts';
import { encode } from '../../../src/spool/encoded.ts';
import { seenKey } from '../../../src/spool/seen.ts';
import { createStaging } from '../../../src/spool/staging.ts';

/** The records of chunks, as one group has them. */
export const recordsOf = (chunks: readonly Chunk[], sequence = 1): Buffer => {
  const staging = createStaging();
  let next = sequence;
  for (const chunk of chunks) {
    const { bytes } = encode(chunk);
    staging.begin(chunk.entries.length, bytes.length);
    for (const entry of chunk.entries)
      if (isAccepted(entry)) staging.addKey(seenKey(entry.columns.messageId));
    staging.finish(bytes, { sequence: next, duplicates: 0, replaces: 0 });
    next += chunk.entries.length;
  }
  return Buffer.from(staging.bytes());
};
