import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { readdir, readFile, unlink } from 'node:fs/promises';

/** An event whose call was made, but whose transaction had not reached the disk. */
export interface UnsavedEvent {
  readonly json: string;
  readonly queuedAt: number;
}

const isSpill = (name: string): boolean => name.startsWith('exit-') && name.endsWith('.ndjson');

/**
 * Writes what is not safe yet into a file of its own, in one synchronous go: nothing else still runs while a process
 * exits, and a transaction may be under way in LMDB's thread.
 */
export const spill = (folder: string, unique: string, unsaved: readonly UnsavedEvent[]): void => {
  if (unsaved.length === 0) return;
  const path = `${folder}/exit-${unique}.ndjson`;
  const file = openSync(`${path}.part`, 'w', 0o600);
  try {
    // JSON holds no raw line break, so a line is an event. Not writeSync: a disk that is nearly full takes a part, and no error is thrown.
    writeFileSync(file, unsaved.map(({ json, queuedAt }) => `${queuedAt} ${json}\n`).join(''));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.part`, path);
};

const wholeLine = /^(-?[\d.]+) (\{.*\})$/;

/** What is no whole event (a disk that lost the file's end) would make its batch unreadable. */
const parseLine = (line: string): UnsavedEvent[] => {
  const [, time, json] = wholeLine.exec(line) ?? [];
  return json ? [{ queuedAt: Number(time), json }] : [];
};

/** Undefined where another process has brought the file in just now. */
const readSpill = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Brings the files of ended processes into the queue. */
export const restoreSpills = async (
  folder: string,
  restore: (lines: readonly UnsavedEvent[], name: string) => Promise<void>,
): Promise<void> => {
  for (const name of (await readdir(folder)).filter(isSpill)) {
    const text = await readSpill(`${folder}/${name}`);
    if (text === undefined) continue;
    // The name is noted in the same transaction, so that an end between the two steps does not bring the events twice.
    await restore(text.split('\n').flatMap(parseLine), name);
    await unlink(`${folder}/${name}`).catch(() => {});
  }
};
