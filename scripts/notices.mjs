import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Writes `dist/THIRD-PARTY.txt`: the licence of every package whose code is bundled in, as MIT and Apache-2.0 ask of
 * whoever passes the code on.
 *
 * @param {string} dist the folder of the bundles
 * @param {string[]} modules the files that are bundled in
 */
export function writeNotices(dist, modules) {
  const folders = new Set(modules.filter((id) => id.includes('node_modules')).map(packageFolder));
  const notices = [...folders].map(notice).sort();
  if (notices.length > 0) writeFileSync(join(dist, 'THIRD-PARTY.txt'), notices.join('\n'));
}

/** The nearest folder with a named package; some packages have nameless ones inside. */
function packageFolder(file) {
  let folder = dirname(file);
  while (!nameIn(folder)) folder = dirname(folder);
  return folder;
}

function nameIn(folder) {
  const manifest = join(folder, 'package.json');
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).name : undefined;
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} is bundled in and has no licence file`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}
