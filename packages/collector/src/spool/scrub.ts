import type { Database } from 'lmdb';
import type { Environment } from './environment.ts';

const filler = Buffer.alloc(4000);
const pagesAtOnce = 64;

/**
 * LMDB hands pages that became free to later writes and leaves in them what was there. This fills every free page, one value a page,
 * until the file has to grow, and takes the filler out again: what was erased is then on the disk no more.
 */
export const scrubFreePages = async (
  { root }: Pick<Environment, 'root'>,
  transact: (write: () => void) => Promise<void>,
): Promise<void> => {
  const scratch: Database<Buffer, number> = root.openDB<Buffer, number>('scrub', { encoding: 'binary' });
  const lastPage = (): number => (root.getStats() as { lastPageNumber: number }).lastPageNumber;
  let filled = 0;
  // Pages of the last two transactions are not free for the next one.
  for (let grown = 0; grown < 3;) {
    const before = lastPage();
    await transact(() => {
      for (let at = 0; at < pagesAtOnce; at += 1) scratch.putSync((filled += 1), filler);
    });
    grown = lastPage() - before >= pagesAtOnce / 2 ? grown + 1 : 0;
  }
  await transact(() => {
    for (let at = 1; at <= filled; at += 1) scratch.removeSync(at);
  });
};
