import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = join(root, 'examples/nextjs');
const types = join(root, 'packages/sdk-browser/node_modules/@types');

/** Next.js itself is not installed: what the example takes of it. */
const next: Record<string, string> = {
  'next.d.ts':
    'declare module "next" { export interface NextConfig { rewrites?(): Promise<{ source: string; destination: string }[]> } }',
  'link.d.ts':
    'declare module "next/link" { export default function Link(props: { href: string; children: string }): import("react").JSX.Element }',
};

/** Faults of the example, with a text put in place of another. */
const faults = (replaced?: string, by = ''): string[] => {
  const { config } = ts.readConfigFile(join(example, 'tsconfig.json'), (path) =>
    readFileSync(path, 'utf8'),
  ) as { config: { compilerOptions: object } };
  const { options } = ts.convertCompilerOptionsFromJson(
    {
      ...config.compilerOptions,
      plugins: undefined,
      incremental: undefined,
      typeRoots: [join(root, 'node_modules/@types')],
      paths: {
        '@nitka/browser': [join(root, 'packages/sdk-browser/dist/index.d.ts')],
        '@nitka/browser/*': [join(root, 'packages/sdk-browser/dist/*.d.ts')],
        react: [join(types, 'react')],
        'react/*': [join(types, 'react/*')],
      },
    },
    example,
  );
  const sources = readdirSync(example, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/node_modules|\.next/.test(name))
    .map((name) => join(example, name));
  const stubs = new Map(Object.entries(next).map(([name, text]) => [join(example, name), text]));
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile;
  host.getSourceFile = (name, ...rest) => {
    const text = stubs.get(name) ?? ts.sys.readFile(name);
    const changed = replaced && name.startsWith(example) ? text?.replace(replaced, () => by) : text;
    return changed === undefined || (changed === text && !stubs.has(name))
      ? read(name, ...rest)
      : ts.createSourceFile(name, changed, rest[0]);
  };
  const program = ts.createProgram([...sources, ...stubs.keys()], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
};

it('the example compiles against the built package', () => {
  expect(faults()).toEqual([]);
});

it('an event that its map does not know does not compile', () => {
  expect(faults("useTrack('Product Viewed'", "useTrack('Product Veiwed'")).toHaveLength(1);
});
