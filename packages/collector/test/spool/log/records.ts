import { isAccepted } from '../../../src/spool/chunk.ts';
import type { Chunk } from '../../../src/spool/chunk.ts';
import { encodeOnce } from '../../../src/spool/encoded.ts';
import { seenKeyBytes } from '../../../src/spool/seen.ts';
import { createStaging } from '../../../src/spool/staging.ts';

/** The records of chunks, as one group has them. */
export const recordsOf = (chunks: readonly Chunk[], sequence = 1): Buffer => {
  const staging = createStaging();
  for (const chunk of chunks) staging.add(encodeOnce(chunk));
  const group = staging.take();
  let next = sequence;
  for (const { entries } of chunks) {
    const { keys, bytes } = group.next();
    const accepted = entries.flatMap((entry, index) =>
      isAccepted(entry) ? [keys.subarray(index * seenKeyBytes, (index + 1) * seenKeyBytes)] : [],
    );
    group.keepInstead(Buffer.concat(accepted), bytes, { sequence: next, duplicates: 0, replaces: 0 });
    next += entries.length;
  }
  return Buffer.from(group.bytes());
};
