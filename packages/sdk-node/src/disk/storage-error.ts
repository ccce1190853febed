import { NitkaError } from '@nitka/core';

/** How the systems say that there is no room: no space, a quota, a limit of the file's size, LMDB's map. */
const noRoom = /ENOSPC|EDQUOT|EFBIG|no space left|disk quota|file too large|not enough space|MDB_MAP_FULL/i;

/** A coded error of what LMDB or the file system threw. What was stored before stays stored. */
export const storageError = (cause: unknown): NitkaError => {
  if (cause instanceof NitkaError) return cause;
  const { message, code } = cause as { message?: string; code?: string | number };
  const text = `${message ?? String(cause)}${code === undefined ? '' : ` ${code}`}`;
  const detail = noRoom.test(text) ? `the disk is full: ${text}` : text;
  return new NitkaError('storage_failed', detail, { cause });
};
