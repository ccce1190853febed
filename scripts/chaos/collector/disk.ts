import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A disk for the collector's data that can be filled. */
export interface Disk {
  /** False where a file system cannot be mounted: then a limit of the size of files has to do. */
  readonly isReal: boolean;
  /** Leaves so many bytes. */
  fill(leave: number): Promise<void>;
  free(): Promise<void>;
  close(): Promise<void>;
}

/** A small file system in memory, mounted at the folder; it is full when it is full, for every file in it. Needs root. */
export const mountDisk = async (folder: string, megabytes: number): Promise<Disk> => {
  mkdirSync(folder);
  const isReal = await run('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=${megabytes}m,mode=700`,
    'tmpfs',
    folder,
  ]).then(
    () => true,
    () => false,
  );
  const ballast = join(folder, 'ballast');
  const free = (): Promise<void> => rm(ballast, { force: true });
  return {
    isReal,
    async fill(leave) {
      // The collector writes meanwhile, and takes some of what was free a moment ago.
      for (let attempt = 0; attempt < 20; attempt++) {
        await free();
        const { bavail, bsize } = await statfs(folder);
        const bytes = Math.max(bsize, bavail * bsize - leave - attempt * 1024 * 1024);
        const isFull = await run('fallocate', ['-l', String(bytes), ballast]).then(
          () => true,
          () => false,
        );
        if (isFull) return;
      }
      throw new Error('the disk could not be filled');
    },
    free,
    async close() {
      if (isReal) await run('umount', ['-l', folder]);
    },
  };
};
