/**
 * Every gate of the project: `node scripts/check.mjs [gate …]`, all by default. One line a gate; the output of a
 * gate is shown only if it fails.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const packs = join(root, 'node_modules/.cache/nitka/packs');
const published = ['sdk-browser', 'sdk-node', 'collector'];

/**
 * A gate is a list of commands. `after` names the gate that has to pass before. Types and lint read the declarations
 * in dist, because examples use the packages as published, and are content with those of an earlier build.
 *
 * @type {Record<string, { does: string, after?: string, built?: 'any', commands: () => string[][] }>}
 */
const gates = {
  format: { does: 'every file is laid out by prettier', commands: () => [['prettier', '--check', '.']] },
  types: {
    does: 'every package compiles against its own platform alone, and so do the tests',
    after: 'build',
    built: 'any',
    commands: () => [
      ...['core', ...published].map((name) => tsc(`packages/${name}`)),
      tsc('.'),
      tsc('examples'),
    ],
  },
  lint: {
    does: 'oxlint with type-aware rules and import walls',
    after: 'build',
    built: 'any',
    commands: () => [['oxlint', '--type-aware']],
  },
  unused: {
    does: 'no unused file, export or dependency (knip)',
    commands: () => [['knip', '--no-config-hints']],
  },
  build: { does: 'bundles and declarations', commands: () => [['node', 'scripts/build.mjs']] },
  pack: {
    does: 'tarballs as the registry would get them',
    after: 'build',
    commands: () => {
      rmSync(packs, { recursive: true, force: true });
      mkdirSync(packs, { recursive: true });
      return published.map((name) => [
        'pnpm',
        '--dir',
        `packages/${name}`,
        'pack',
        '--pack-destination',
        packs,
      ]);
    },
  },
  publint: {
    does: 'package.json says what the tarball holds',
    after: 'pack',
    commands: () => tarballs().map((file) => ['publint', '--strict', file]),
  },
  attw: {
    // The profile leaves out what a package of ES modules does not promise.
    does: 'types are found under every module resolution',
    after: 'pack',
    commands: () =>
      tarballs().map((file) => [
        'attw',
        file,
        '--no-emoji',
        '--profile',
        file.includes('nitka-node') ? 'node16' : 'esm-only',
        // Scripts for a tag have no types; an edge runtime has no CommonJS.
        '--exclude-entrypoints',
        ...(file.includes('nitka-node') ? ['edge'] : ['nitka.js', 'nitka.core.js']),
      ]),
  },
  packed: {
    does: 'the tarballs install, run and type-check in empty projects',
    after: 'pack',
    commands: () => [['node', 'scripts/packed.mjs', packs]],
  },
  size: {
    does: 'compressed size of every way to load the browser SDK',
    after: 'build',
    commands: () => [['node', 'scripts/size.mjs']],
  },
};

/** Remembers what it has checked; a second run takes a fraction of the first. */
function tsc(project) {
  const memory = join(root, 'node_modules/.cache/nitka/types', `${project.replaceAll('/', '-')}.tsbuildinfo`);
  return ['tsc', '-p', project, '--incremental', '--tsBuildInfoFile', memory];
}

function tarballs() {
  return readdirSync(packs).map((file) => join(packs, file));
}

function run([command, ...args]) {
  const path = [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, PATH: path, FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ passed: false, output: error.message }));
    child.on('close', (code) => resolve({ passed: code === 0, output }));
  });
}

async function pass(name) {
  const started = Date.now();
  let commands;
  try {
    commands = gates[name].commands();
  } catch (error) {
    commands = [];
    console.log(`FAILED ${name}: ${error.message}`);
    return false;
  }
  const failures = [];
  for (const command of commands) {
    const { passed, output } = await run(command);
    if (!passed) failures.push(`$ ${command.join(' ')}\n${output.trimEnd()}\n`);
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(6);
  console.log(
    `${failures.length === 0 ? 'passed' : 'FAILED'} ${name.padEnd(8)} ${seconds} s  ${gates[name].does}`,
  );
  if (failures.length > 0) console.log(`\n${failures.join('\n')}`);
  return failures.length === 0;
}

/** The gates asked for and what they need, in the table's order. */
function chosen(asked) {
  const unknown = asked.filter((name) => !(name in gates));
  if (unknown.length > 0) {
    throw new Error(`no gate "${unknown.join('", "')}": ${Object.keys(gates).join(', ')}`);
  }
  if (asked.length === 0) return Object.keys(gates);
  const wanted = new Set();
  const isBuilt = published.every((name) => existsSync(join(root, 'packages', name, 'dist/index.d.ts')));
  for (let name of asked) {
    for (; name; name = gates[name].built === 'any' && isBuilt ? undefined : gates[name].after)
      wanted.add(name);
  }
  return Object.keys(gates).filter((name) => wanted.has(name));
}

/** A gate starts once the one it needs has passed; two at a time, for two cores. */
async function runAll(names) {
  const results = new Map();
  const waiting = [...names];
  const next = () => {
    const at = waiting.findIndex((name) => {
      const { after } = gates[name];
      return !after || !names.includes(after) || results.has(after);
    });
    return at === -1 ? undefined : waiting.splice(at, 1)[0];
  };
  const running = new Set();
  while (waiting.length > 0 || running.size > 0) {
    for (let name; running.size < 2 && (name = next());) {
      const { after } = gates[name];
      const blocked = after && !gates[name].built && results.get(after) === false;
      const task = (blocked ? Promise.resolve(false) : pass(name)).then((passed) => {
        if (blocked) console.log(`FAILED ${name.padEnd(8)}          not run: ${after} failed`);
        results.set(name, passed);
        running.delete(task);
      });
      running.add(task);
    }
    await Promise.race(running);
  }
  return [...results.values()].every(Boolean);
}

try {
  if (!(await runAll(chosen(process.argv.slice(2))))) process.exitCode = 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
