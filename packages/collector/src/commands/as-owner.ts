import { statSync } from 'node:fs';
import { join } from 'node:path';

const ownerOf = (folder: string) => statSync(folder, { throwIfNoEntry: false });

/**
 * Root that works on the folder of a service would leave files behind that the service cannot open. So it goes on with the rights of the
 * owner of the spool, or of the folder that is to hold one, for good. Nothing changes where that is root, or for other users.
 */
export const workAsOwnerOf = (dataDir: string): void => {
  if (process.getuid?.() !== 0) return;
  const owner = ownerOf(join(dataDir, 'spool')) ?? ownerOf(dataDir);
  if (!owner || owner.uid === 0) return;
  process.setgroups?.([owner.gid]);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
};
