import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const packages = ['core', 'sdk-browser', 'sdk-node', 'collector'];

const refusedByLint = [
  ['core', 'node:fs'],
  ['core', '@nitka/browser'],
  ['core', '../../sdk-node/src/index.ts'],
  ['sdk-browser', '@nitka/node'],
  ['sdk-browser', '../../collector/src/index.ts'],
  ['sdk-browser', '../../core/src/event.ts'],
  ['sdk-browser', 'node:crypto'],
  ['sdk-node', '@nitka/collector'],
  ['sdk-node', '../../sdk-browser/src/index.ts'],
  ['collector', '@nitka/node'],
  ['collector', '../../sdk-node/src/index.ts'],
] as const;

const acceptedByLint = [
  ['sdk-browser', '@nitka/core'],
  ['sdk-node', '@nitka/core'],
  ['sdk-node', 'node:fs'],
  ['collector', '@nitka/core'],
  ['core', './event.ts'],
] as const;

const refusedByCompiler = [
  ['core', 'export const x = window;'],
  ['core', "export const x = fetch('/');"],
  ['core', 'export const x = process.pid;'],
  ['core', "export * from 'node:fs';"],
  ['core', 'export const x = setTimeout;'],
  ['sdk-browser', 'export const x = process.pid;'],
  ['sdk-node', 'export const x = document.cookie;'],
] as const;

const acceptedByCompiler = ['core', 'export const x = new Map<string, Uint8Array>();'] as const;

/** A name for the file that a case is tried in: said by the tools before what they say of it. */
const nameOf = (what: string): string => `probe-${what.replace(/\W+/g, '-')}`;
const fileOf = (name: string, what: string): string => `packages/${name}/src/${nameOf(what)}.ts`;

/** Runs a tool of the workspace in `folder`. Its exit code says only that something was refused. */
const outputOf = (folder: string, tool: string, ...args: string[]): Promise<string> =>
  new Promise((resolve) => {
    execFile(join(root, 'node_modules/.bin', tool), args, { cwd: folder }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });

let lint: string;
let compiler: string;
const folders: string[] = [];

/** A workspace with the project's own rules and these files alone. */
const workspaceWith = async (files: readonly (readonly [path: string, text: string])[]): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'nitka-walls-'));
  folders.push(folder);
  for (const file of ['.oxlintrc.json', 'tsconfig.base.json']) await cp(join(root, file), join(folder, file));
  for (const name of packages) {
    await mkdir(join(folder, 'packages', name, 'src'), { recursive: true });
    await cp(join(root, 'packages', name, 'tsconfig.json'), join(folder, 'packages', name, 'tsconfig.json'));
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of files) await writeFile(join(folder, path), text);
  return folder;
};

// All at once: each start of a tool takes longer than its look at a few lines.
beforeAll(async () => {
  const imports = [...refusedByLint, ...acceptedByLint].map(
    ([name, from]) => [fileOf(name, from), `import { x } from '${from}';\nconsole.log(x);\n`] as const,
  );
  const code = [...refusedByCompiler, acceptedByCompiler].map(
    ([name, text]) => [fileOf(name, text), text] as const,
  );
  const [linted, compiled] = await Promise.all([workspaceWith(imports), workspaceWith(code)]);
  const compile = (name: string): Promise<string> =>
    outputOf(compiled, 'tsc', '-p', `packages/${name}`, '--pretty', 'false');
  lint = await outputOf(linted, 'oxlint', '--format=unix');
  compiler = (await Promise.all(['core', 'sdk-browser', 'sdk-node'].map(compile))).join('\n');
});
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** What was said of one file. */
const saidOf = (output: string, name: string, what: string): string =>
  output
    .split('\n')
    .filter((line) => line.includes(fileOf(name, what)))
    .join('\n');

describe('imports that the lint refuses', () => {
  it.each(refusedByLint)('%s from %s', (name, from) => {
    expect(saidOf(lint, name, from)).toContain('no-restricted-imports');
  });

  it.each(acceptedByLint)('but %s may import %s', (name, from) => {
    expect(saidOf(lint, name, from)).toBe('');
  });
});

describe('platforms that the compiler refuses', () => {
  it.each(refusedByCompiler)('%s: %s', (name, text) => {
    expect(saidOf(compiler, name, text)).toMatch(/error TS(2304|2307|2580|2584|2591)/);
  });

  it('a file without a platform compiles in core', () => {
    expect(saidOf(compiler, ...acceptedByCompiler)).toBe('');
  });
});
