/**
 * Installs the packed tarballs into an empty project and uses them as their users do: as ES modules, as CommonJS,
 * and from TypeScript under both module resolutions. `node scripts/packed.mjs <folder with the tarballs>`
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const packs = resolve(process.argv[2] ?? '');
// Outside the workspace, where nothing of it can be found by accident.
const folder = mkdtempSync(join(tmpdir(), 'nitka-packed-'));

/** `nitka-browser-0.1.0.tgz` → `@nitka/browser`. */
function packageName(file) {
  return basename(file).replace(/^nitka-([a-z]+)-.*$/, '@nitka/$1');
}

async function step(what, command, args) {
  try {
    await run(command, args, { cwd: folder, env: { ...process.env, CI: 'true' } });
    console.log(`ok ${what}`);
  } catch (error) {
    throw new Error(`${what}: ${command} ${args.join(' ')}\n${String(error.stdout)}${String(error.stderr)}`, {
      cause: error,
    });
  }
}

/** A type check of `file` by a project of its own; what a browser consumer has is not what a server has. */
async function checkTypes(file, resolution) {
  const browser = file.startsWith('browser');
  const project = `tsconfig.${file}.${resolution}.json`;
  writeFileSync(
    join(folder, project),
    JSON.stringify({
      compilerOptions: {
        target: 'es2022',
        lib: browser ? ['es2022', 'dom'] : ['es2022'],
        types: browser ? [] : ['node'],
        typeRoots: [join(root, 'node_modules/@types')],
        module: resolution === 'bundler' ? 'esnext' : 'node16',
        moduleResolution: resolution,
        strict: true,
        noEmit: true,
        // Declarations of a server's dependencies are theirs to keep right.
        skipLibCheck: file.startsWith('collector'),
      },
      files: [file],
    }),
  );
  await step(`types of ${file}, ${resolution}`, process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    '-p',
    project,
  ]);
}

function assertCorePrivate() {
  for (const name of ['browser', 'node', 'collector']) {
    const dist = join(folder, 'node_modules/@nitka', name, 'dist');
    for (const file of readdirSync(dist, { recursive: true })) {
      if (!/\.(c?js|d\.c?ts)$/.test(file)) continue;
      if (/['"]@nitka\/core/.test(readFileSync(join(dist, file), 'utf8'))) {
        throw new Error(`@nitka/${name}: dist/${String(file)} names the private @nitka/core`);
      }
    }
  }
}

try {
  const tarballs = readdirSync(packs).filter((file) => file.endsWith('.tgz'));
  cpSync(join(root, 'tests/packed'), folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'consumer',
      private: true,
      type: 'module',
      dependencies: {
        // What the disk queue is told to be installed with.
        lmdb: JSON.parse(readFileSync(join(root, 'packages/sdk-node/package.json'), 'utf8')).peerDependencies
          .lmdb,
        ...Object.fromEntries(tarballs.map((file) => [packageName(file), `file:${join(packs, file)}`])),
      },
    }),
  );
  await step('install', 'pnpm', [
    'install',
    '--ignore-workspace',
    '--prefer-offline',
    '--no-frozen-lockfile',
  ]);
  assertCorePrivate();
  for (const file of readdirSync(join(root, 'tests/packed'))) {
    if (/\.[mc]js$/.test(file)) await step(`run ${file}`, process.execPath, [file]);
    if (/\.c?ts$/.test(file)) await checkTypes(file, 'node16');
    if (file.endsWith('.ts')) await checkTypes(file, 'bundler');
  }
  await step('nitka-collector --help', join(folder, 'node_modules/.bin/nitka-collector'), ['--help']);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
