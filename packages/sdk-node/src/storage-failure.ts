import { NitkaError } from '@nitka/core';

/** A coded error of what a storage threw: its own, or `storage_failed` with its words. */
export const storageFailure = (cause: unknown): NitkaError =>
  cause instanceof NitkaError
    ? cause
    : new NitkaError('storage_failed', cause instanceof Error ? cause.message : String(cause), { cause });
