/**
 * Builds the published packages: `node scripts/build.mjs [browser] [node] [collector]`, all by default.
 * Each package is built by a process of its own, so one that fails does not stop the others. What is as its sources
 * would make it is left alone; `--force` builds it all the same.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rollup } from 'rollup';
import { inputsOf, isFresh, noteBuilt } from './fresh.mjs';
import { writeNotices } from './notices.mjs';
import { writeTypes } from './types.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folders = {
  browser: 'packages/sdk-browser',
  node: 'packages/sdk-node',
  collector: 'packages/collector',
};

async function buildPackage(folder) {
  const { default: configs } = await import(pathToFileURL(join(folder, 'rollup.config.mjs')).href);
  const started = Date.now();
  const inputs = inputsOf(folder);
  const bundled = [];
  for (const { output, ...input } of configs) {
    const bundle = await rollup(input);
    for (const each of [output].flat()) {
      const written = await bundle.write(each);
      for (const { modules } of written.output) bundled.push(...Object.keys(modules ?? {}));
    }
    await bundle.close();
  }
  writeNotices(join(folder, 'dist'), bundled);
  const { bin = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const command of Object.values(bin)) {
    if (existsSync(join(folder, command))) chmodSync(join(folder, command), 0o755);
  }
  writeTypes(
    folder,
    Object.assign({}, ...configs.map(({ input }) => (typeof input === 'object' ? input : {}))),
  );
  removeOlder(join(folder, 'dist'), started);
  noteBuilt(folder, inputs);
}

/** Files are replaced in place and only leftovers are deleted, so that a running program or test keeps its files. */
function removeOlder(dist, started) {
  if (!existsSync(dist)) return;
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && statSync(path).mtimeMs < started - 1000) rmSync(path, { force: true });
  }
}

async function buildApart(name, force) {
  if (!force && isFresh(join(root, folders[name]))) {
    console.log(`fresh  ${name}`);
    return true;
  }
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--only', name], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.on('close', (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'built ' : 'FAILED'} ${name.padEnd(10)} ${seconds} s`);
      if (code !== 0 || process.env.NITKA_VERBOSE || /skipped/.test(output)) process.stdout.write(output);
      resolve(code === 0);
    });
  });
}

const args = process.argv.slice(2);
if (args[0] === '--only') {
  try {
    await buildPackage(join(root, folders[args[1]]));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
} else {
  const force = args.includes('--force');
  const asked = args.filter((arg) => arg !== '--force');
  const names = asked.length > 0 ? asked : Object.keys(folders);
  for (const name of names) {
    if (!(name in folders)) throw new Error(`no package "${name}": ${Object.keys(folders).join(', ')}`);
  }
  const results = await Promise.all(names.map((name) => buildApart(name, force)));
  if (results.includes(false)) process.exitCode = 1;
}
