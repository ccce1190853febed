import { NitkaError } from '@nitka/core';

/**
 * How the systems say that there is no room: no space, a quota, a limit of the file size, LMDB map. A write that fits only in
 * part is an input/output error to LMDB: mdb_page_flush, "short write".
 */
const noRoom =
  /ENOSPC|EDQUOT|EFBIG|no space left|disk quota|file too large|not enough space|MDB_MAP_FULL|input.output error/i;

const textOf = (cause: unknown): string => {
  const { message = String(cause), code = '' } = cause as { message?: string; code?: string | number };
  return message.includes(String(code)) ? message : `${message} ${code}`;
};

const isNoRoom = (cause: unknown): boolean => noRoom.test(textOf(cause));

/** What LMDB or the file system said, in words that help. */
export const detailOf = (cause: unknown): string =>
  isNoRoom(cause) ? `the disk is full or failing: ${textOf(cause)}` : textOf(cause);

/** A coded error of what LMDB or the file system threw. What was stored before stays stored. */
export const storageError = (cause: unknown): NitkaError =>
  cause instanceof NitkaError ? cause : new NitkaError('storage_failed', detailOf(cause), { cause });
