import { NitkaError } from '@nitka/core';

/** ENOSPC, EFBIG, EDQUOT, MDB_MAP_FULL; and EIO, as which LMDB reports a write that fits only in part (mdb_page_flush). */
const noSpace = new Set<unknown>([28, 27, 122, -30792, 5, 'ENOSPC', 'EFBIG', 'EDQUOT']);

/** LMDB's own reason waits in a second promise (lmdb/write.js, rejectCommit). */
export const reasonOf = async (error: unknown): Promise<unknown> => {
  const { commitError } = (error ?? {}) as { commitError?: Promise<unknown> };
  return commitError
    ? commitError.then(
        () => error,
        (reason: unknown) => reason,
      )
    : error;
};

export const isNoSpace = (reason: unknown): boolean =>
  noSpace.has((reason as { code?: unknown } | null | undefined)?.code);

export const codedError = (reason: unknown): NitkaError =>
  new NitkaError(isNoSpace(reason) ? 'spool_full' : 'internal_error', undefined, { cause: reason });
