import { randomBytes } from 'node:crypto';
import { open, stat, unlink } from 'node:fs/promises';

/**
 * Room put by for the day when the disk is full: LMDB copies the pages it changes, so even taking a sent event out of
 * the queue needs some. Without it a full disk would stay full, and the same batch would be sent over and over.
 */
export interface Reserve {
  /** Puts the room by, if there is that much. */
  fill(): Promise<void>;
  /** Gives the room back. False when there was none. */
  spend(): Promise<boolean>;
}

/** Bytes: several times the pages that one batch touches. */
const size = 4 * 1024 * 1024;

export const createReserve = (folder: string): Reserve => {
  const path = `${folder}/reserve`;
  return {
    async fill() {
      try {
        if ((await stat(path).catch(() => undefined))?.size === size) return;
        const file = await open(path, 'w', 0o600);
        try {
          // Random bytes: file systems store zeros and repetitions in no room at all.
          await file.write(randomBytes(size));
          await file.sync();
        } finally {
          await file.close();
        }
      } catch {
        // A part of it would only make the full disk fuller.
        await unlink(path).catch(() => {});
      }
    },
    spend: () =>
      unlink(path).then(
        () => true,
        () => false,
      ),
  };
};
