import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const unread = new Set(['node_modules', 'dist', 'test', 'test-e2e', 'bench', 'README.md']);

/**
 * Whether the package's dist is what its sources, its tools and the lock file would make of it, file for file.
 *
 * @param {string} folder the package's folder
 */
export function isFresh(folder) {
  const note = noteOf(folder);
  return existsSync(note) && readFileSync(note, 'utf8') === stateOf(folder);
}

/** Notes that dist was built from the sources as they were at `inputs`. */
export function noteBuilt(folder, inputs) {
  const note = noteOf(folder);
  mkdirSync(dirname(note), { recursive: true });
  writeFileSync(note, inputs + outputsOf(folder));
}

/** One line: the digest of all that a build of the package reads. */
export function inputsOf(folder) {
  const hash = createHash('sha256');
  const read = [
    ...filesIn(folder),
    ...filesIn(join(root, 'packages/core')),
    ...filesIn(join(root, 'scripts'), '.mjs'),
    join(root, 'pnpm-lock.yaml'),
    join(root, 'tsconfig.base.json'),
  ];
  for (const file of read)
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return `${hash.digest('hex')}\n`;
}

/** Size and time tell of a file that something else has written. */
function outputsOf(folder) {
  const dist = join(folder, 'dist');
  return filesIn(dist)
    .map((file) => [relative(dist, file), statSync(file)])
    .map(([name, { size, mtimeMs }]) => `${name} ${size} ${mtimeMs}\n`)
    .join('');
}

const stateOf = (folder) => inputsOf(folder) + outputsOf(folder);

const noteOf = (folder) => join(root, 'node_modules/.cache/nitka', `built.${basename(folder)}`);

function filesIn(folder, ending = '') {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (unread.has(entry.name)) return [];
      if (entry.isDirectory()) return filesIn(path, ending);
      return entry.isFile() && entry.name.endsWith(ending) ? [path] : [];
    });
}
