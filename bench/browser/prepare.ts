import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const built = new URL('./built/', import.meta.url);
const dist = new URL('../../packages/sdk-browser/dist/', import.meta.url);

/** Installs what the bench compares with, unless the lock file's packages are there. */
export const installPeers = (): void => {
  if (existsSync(new URL('./node_modules/.modules.yaml', import.meta.url))) return;
  process.stderr.write('installing the libraries to compare with …\n');
  // Outside the workspace on purpose: nobody else installs 150 MB of other people's trackers.
  const install = ['install', '--ignore-workspace', '--frozen-lockfile'];
  // The pnpm that runs the script, where one does: a machine with only Node and npm has none on its path.
  const running = process.env['npm_execpath'];
  const isScript = running !== undefined && /pnpm[^/\\]*\.[cm]?js$/.test(running);
  const { status } = spawnSync(
    isScript ? process.execPath : 'pnpm',
    isScript ? [running, ...install] : install,
    { cwd: folder, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' },
  );
  if (status !== 0) throw new Error('pnpm install failed in bench/browser');
};

/**
 * Puts the scripts that are not taken from a package as they are into `built/`: ours, so that a build during the
 * run changes nothing, and RudderStack's, minified.
 */
export const prepareScripts = (): void => {
  mkdirSync(built, { recursive: true });
  for (const name of ['nitka.js', 'nitka.forms.js', 'nitka.core.js']) {
    const file = new URL(name, dist);
    if (!existsSync(file)) throw new Error(`${name} is not built: run pnpm build browser`);
    copyFileSync(file, new URL(name, built));
  }
  execFileSync(process.execPath, [
    fileURLToPath(new URL('./node_modules/esbuild/bin/esbuild', import.meta.url)),
    fileURLToPath(
      new URL('./node_modules/@rudderstack/analytics-js/dist/npm/modern/lite/umd/index.js', import.meta.url),
    ),
    '--minify',
    '--log-level=error',
    `--outfile=${fileURLToPath(new URL('rudderstack.js', built))}`,
  ]);
};

/** Version of our script: the package's, and the commit it was built from where that is known. */
export const ownVersion = (): string => {
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: folder, encoding: 'utf8' });
  return commit.status === 0 ? `commit ${commit.stdout.trim()}` : 'this folder';
};
