/**
 * Measures what a visitor's browser loads, in bytes of brotli, against `.size-limit.json`. With `--write` the
 * table in README.md is brought up to date.
 *
 * An import is measured as a site would ship it: minified, everything the module needs bundled in. A plugin is
 * measured without the core, which the page has already.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import terser from '@rollup/plugin-terser';
import * as prettier from 'prettier';
import { rollup } from 'rollup';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'packages/sdk-browser/dist');
const measured = join(root, 'node_modules/.cache/nitka/size');
const limits = JSON.parse(readFileSync(join(root, '.size-limit.json'), 'utf8'));

const start = '<!-- sizes: written by pnpm size:write -->';
const end = '<!-- /sizes -->';

async function minify(file) {
  const bundle = await rollup({
    input: join(dist, file),
    external: (id, importer) => file !== 'index.js' && importer !== undefined,
  });
  await bundle.write({
    file: join(measured, file),
    format: 'es',
    plugins: [terser({ module: true, ecma: 2020, compress: { passes: 3 } })],
  });
  await bundle.close();
}

/** @returns {Promise<{ name: string, passed: boolean, size: number, sizeLimit: number }[]>} */
async function measure() {
  const imports = limits.map(({ path }) => join(root, path)).filter((path) => dirname(path) === measured);
  for (const path of imports) await minify(basename(path));
  const command = join(root, 'node_modules/size-limit/bin.js');
  // size-limit leaves with an error when a limit is passed, and prints its table all the same.
  const { stdout } = await promisify(execFile)(process.execPath, [command, '--json'], { cwd: root }).catch(
    (error) => (error.stdout ? error : Promise.reject(error)),
  );
  return JSON.parse(stdout);
}

/** The table of README.md. Sizes are rounded up to 10 bytes, so that not every commit touches the README. */
function table(sizes) {
  const rows = sizes.map(({ name, size, sizeLimit }) => [
    name.startsWith('@') ? `\`${name}\`` : name,
    `${round(size)} B`,
    `${sizeLimit} B`,
  ]);
  return [
    '| what a page loads | brotli | limit |',
    '| --- | ---: | ---: |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}

const round = (size) => Math.ceil(size / 10) * 10;

/** Puts the table between the markers; a text without markers is returned as it is. */
async function withTable(text, sizes) {
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from === -1 || to === -1) return text;
  const written = await prettier.format(table(sizes), { parser: 'markdown' });
  return `${text.slice(0, from + start.length)}\n\n${written}\n${text.slice(to)}`;
}

async function main() {
  const sizes = await measure();
  const readme = join(root, 'README.md');
  const text = existsSync(readme) ? readFileSync(readme, 'utf8') : '';
  const expected = await withTable(text, sizes);
  for (const { name, size, sizeLimit, passed } of sizes) {
    console.log(`${passed ? 'ok      ' : 'TOO BIG '} ${name.padEnd(28)} ${size} of ${sizeLimit} B`);
  }
  if (process.argv.includes('--write')) {
    if (expected === text && !text.includes(start)) throw new Error(`README.md has no line "${start}"`);
    writeFileSync(readme, expected);
  } else if (expected !== text) {
    throw new Error('README.md states other sizes than measured: run pnpm size:write');
  }
  if (!sizes.every(({ passed }) => passed)) throw new Error('over the limit of .size-limit.json');
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
