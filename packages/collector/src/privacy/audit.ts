import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../make-folder.ts';

export interface AuditLine {
  readonly action: 'resolve' | 'forget' | 'lift' | 'keys';
  /** Never an identifier in plain: tokens, digests, key ids, counts. */
  readonly [field: string]: unknown;
}

const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number without a name.
    return String(process.getuid?.() ?? '');
  }
};

/** Adds a line to `<dataDir>/audit.log`: on the disk before what it tells of is answered. */
export const audit = (dataDir: string, now: number, line: AuditLine, by: string = userName()): void => {
  makeFolder(dataDir);
  const handle = openSync(join(dataDir, 'audit.log'), 'a', 0o600);
  try {
    writeSync(handle, `${JSON.stringify({ at: new Date(now).toISOString(), by, ...line })}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};
