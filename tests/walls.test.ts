import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
let copy: string;

/** A workspace with the project's own rules and one file of the test's. */
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'nitka-walls-'));
  for (const file of ['.oxlintrc.json', 'tsconfig.base.json']) await cp(join(root, file), join(copy, file));
  for (const name of ['core', 'sdk-browser', 'sdk-node', 'collector']) {
    await mkdir(join(copy, 'packages', name, 'src'), { recursive: true });
    await cp(join(root, 'packages', name, 'tsconfig.json'), join(copy, 'packages', name, 'tsconfig.json'));
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rm(copy, { recursive: true, force: true }));

/** What a tool says of `text` as a source file of a package. */
async function judge(tool: string[], name: string, text: string): Promise<string> {
  const file = join(copy, 'packages', name, 'src', 'probe.ts');
  await writeFile(file, text);
  const [command, ...args] = tool;
  return new Promise((resolve) => {
    execFile(join(root, 'node_modules/.bin', command!), args, { cwd: copy }, (error, stdout, stderr) => {
      resolve(error ? `refused: ${stdout}${stderr}` : 'accepted');
    });
  });
}

const lint = (name: string, text: string): Promise<string> =>
  judge(['oxlint', `packages/${name}`], name, text);
const compile = (name: string, text: string): Promise<string> =>
  judge(['tsc', '-p', `packages/${name}`, '--pretty', 'false'], name, text);

describe('imports that the lint refuses', () => {
  it.each([
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
  ])('%s from %s', async (name, from) => {
    expect(await lint(name, `import { x } from '${from}';\nconsole.log(x);\n`)).toContain(
      'no-restricted-imports',
    );
  });

  it.each([
    ['sdk-browser', '@nitka/core'],
    ['sdk-node', '@nitka/core'],
    ['sdk-node', 'node:fs'],
    ['collector', '@nitka/core'],
    ['core', './event.ts'],
  ])('but %s may import %s', async (name, from) => {
    expect(await lint(name, `import { x } from '${from}';\nconsole.log(x);\n`)).toBe('accepted');
  });
});

describe('platforms that the compiler refuses', () => {
  it.each([
    ['core', 'export const x = window;'],
    ['core', "export const x = fetch('/');"],
    ['core', 'export const x = process.pid;'],
    ['core', "export * from 'node:fs';"],
    ['core', 'export const x = setTimeout;'],
    ['sdk-browser', 'export const x = process.pid;'],
    ['sdk-node', 'export const x = document.cookie;'],
  ])('%s: %s', async (name, text) => {
    expect(await compile(name, text)).toMatch(/refused: .*error TS(2304|2307|2580|2584|2591)/);
  });

  it('a file without a platform compiles in core', async () => {
    expect(await compile('core', 'export const x = new Map<string, Uint8Array>();')).toBe('accepted');
  });
});
