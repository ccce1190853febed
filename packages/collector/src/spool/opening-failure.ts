import { NitkaError } from '@nitka/core';
import { withCode } from '../system-fault.ts';
import { isNoSpace } from './commit-failure.ts';

/** What it means that the spool could not be opened. A full disk is no reason to restore a backup. */
export const openingFailure = (error: unknown): NitkaError => {
  const coded = withCode(error);
  if (coded instanceof NitkaError) return coded;
  const code = isNoSpace(error) ? 'spool_full' : 'spool_corrupt';
  return new NitkaError(code, (error as Error).message, { cause: error });
};
