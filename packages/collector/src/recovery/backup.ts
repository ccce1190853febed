import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NitkaError } from '@nitka/core';
import { dataFile } from '../spool/backup.ts';
import type { Spool } from '../spool/spool.ts';

/** What a backup says of itself. */
export interface BackupNote {
  readonly format: 1;
  readonly spool: string;
  /** Every entry with a smaller sequence number is in it, and perhaps a few more. */
  readonly head: number;
  readonly takenAt: string;
}

const noteFile = 'backup.json';

/**
 * The folder above has to be there: a backup to a disk that is not mounted would fill the one below.
 *
 * @throws NitkaError `folder_not_empty`, or the fault of the system
 */
export const claimFolder = (folder: string): void => {
  if (!existsSync(folder)) return mkdirSync(folder, { mode: 0o700 });
  if (readdirSync(folder).length > 0) throw new NitkaError('folder_not_empty', folder);
};

/**
 * Copies the spool as of one moment, while it is in use. The note is written last: a folder without one is no whole backup.
 *
 * @throws NitkaError `folder_not_empty`
 */
export const backup = async (spool: Spool, folder: string, now: () => number): Promise<BackupNote> => {
  claimFolder(folder);
  const head = spool.head();
  await spool.backup(folder);
  const note: BackupNote = {
    format: 1,
    spool: spool.id,
    head,
    takenAt: new Date(now()).toISOString(),
  };
  writeFileSync(join(folder, noteFile), `${JSON.stringify(note)}\n`, { mode: 0o600, flush: true });
  return note;
};

/** @throws NitkaError `backup_unreadable` */
export const readBackup = (folder: string): BackupNote => {
  try {
    const note = JSON.parse(readFileSync(join(folder, noteFile), 'utf8')) as BackupNote;
    if (note.format === 1 && existsSync(join(folder, dataFile))) return note;
  } catch {
    // Said below.
  }
  throw new NitkaError('backup_unreadable', folder);
};
