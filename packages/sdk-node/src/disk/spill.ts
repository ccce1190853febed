import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
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
    // JSON holds no raw line break, so a line is an event.
    writeSync(file, unsaved.map(({ json, queuedAt }) => `${queuedAt} ${json}\n`).join(''));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.part`, path);
};

const parseLine = (line: string): UnsavedEvent => {
  const space = line.indexOf(' ');
  return { queuedAt: Number(line.slice(0, space)), json: line.slice(space + 1) };
};

/** Brings the files of ended processes into the queue. */
export const restoreSpills = async (
  folder: string,
  restore: (lines: readonly UnsavedEvent[], name: string) => Promise<void>,
): Promise<void> => {
  for (const name of (await readdir(folder)).filter(isSpill)) {
    const lines = (await readFile(`${folder}/${name}`, 'utf8')).split('\n').filter(Boolean);
    // The name is noted in the same transaction, so that an end between the two steps does not bring the events twice.
    await restore(lines.map(parseLine), name);
    await unlink(`${folder}/${name}`).catch(() => {});
  }
};
