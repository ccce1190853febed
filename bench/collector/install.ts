import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Outside the workspace on purpose: nobody else installs what only draws. */
export const installDrawing = (): void => {
  const folder = new URL('./', import.meta.url);
  if (existsSync(new URL('node_modules/.modules.yaml', folder))) return;
  process.stderr.write('installing what draws the picture …\n');
  const { status } = spawnSync('pnpm', ['install', '--ignore-workspace', '--frozen-lockfile'], {
    cwd: fileURLToPath(folder),
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('pnpm install failed in bench/collector');
};
