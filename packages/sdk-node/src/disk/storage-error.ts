import { NitkaError } from '@nitka/core';

/**
 * How the systems say that there is no room: no space, a quota, a limit of the file size, LMDB map. A write that fits only in
 * part is an input/output error to LMDB: mdb_page_flush, "short write".
 */
const noRoom =
  /ENOSPC|EDQUOT|EFBIG|no space left|disk quota|file too large|not enough space|MDB_MAP_FULL|input.output error/i;

const textOf = (cause: unknown): string => {
  const { message, code } = cause as { message?: string; code?: string | number };
  return `${message ?? String(cause)}${code === undefined ? '' : ` ${code}`}`;
};

export const isNoRoom = (cause: unknown): boolean => noRoom.test(textOf(cause));

/** A coded error of what LMDB or the file system threw. What was stored before stays stored. */
export const storageError = (cause: unknown): NitkaError => {
  if (cause instanceof NitkaError) return cause;
  const text = textOf(cause);
  const detail = isNoRoom(cause) ? `the disk is full or failing: ${text}` : text;
  return new NitkaError('storage_failed', detail, { cause });
};
