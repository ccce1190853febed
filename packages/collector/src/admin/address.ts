import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** sun_path holds 108 bytes on Linux, 104 on macOS, the closing NUL included. */
const longestPath = 100;

/** Where the owner of a data folder listens for commands: a socket in it, a named pipe on Windows. */
export const adminAddress = (dataDir: string, platform: NodeJS.Platform = process.platform): string => {
  const folder = resolve(dataDir);
  const digest = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  if (platform === 'win32') return `\\\\.\\pipe\\nitka-collector-${digest}`;
  const path = join(folder, 'admin.sock');
  return Buffer.byteLength(path) <= longestPath ? path : join(tmpdir(), `nitka-collector-${digest}.sock`);
};
