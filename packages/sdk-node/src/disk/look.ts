import { setTimeout as wait } from 'node:timers/promises';
import { isDamage, readMeta } from './pages.ts';
import { walk, withFile } from './walk.ts';

/** Of two looks at a file: when nobody wrote in between, the stamps are equal. */
interface Look {
  readonly isWhole: boolean;
  readonly stamp: string;
}

const look = (path: string): Promise<Look> =>
  withFile(path, async (file) => {
    const stamp = async (): Promise<string> => {
      const { size, ino } = await file.stat({ bigint: true });
      // Both meta pages, also where pages are 16 KiB.
      const start = Buffer.alloc(5 * 4096);
      await file.read(start, 0, start.length, 0);
      return `${ino} ${size} ${start.toString('base64')}`;
    };
    const before = await stamp();
    let isSound = before.split(' ')[1] === '0';
    try {
      const meta = await readMeta(file);
      isSound ||= meta.isPair && (await walk(file, meta));
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
    const after = await stamp();
    return { isWhole: isSound, stamp: after === before ? after : `${before} ${after}` };
  });

/** How often a file must look damaged, and the same, before it is held to be; milliseconds between two looks. */
const looks = { least: 3, most: 20, pause: 250 };

/**
 * False when the file cannot be what LMDB wrote. One that is missing or empty is whole, and so is one that changes while it is looked
 * at: another process has it open, and what is read then is no single state of it.
 */
export const isWhole = async (path: string): Promise<boolean> => {
  try {
    let before: Look | undefined;
    for (let n = 0, same = 0; n < looks.most; n++) {
      const now = await look(path);
      if (now.isWhole) return true;
      same = now.stamp === before?.stamp ? same + 1 : 1;
      if (same >= looks.least) return false;
      before = now;
      await wait(looks.pause);
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
};
