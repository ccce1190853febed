import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const { exports } = read('../packages/sdk-browser/package.json') as { exports: Record<string, unknown> };
const limits = read('../.size-limit.json') as { name: string; path: string }[];
const plugins = readdirSync(new URL('../packages/sdk-browser/src/plugins', import.meta.url))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));

it.each(plugins)('the plugin %s has a subpath of its own', (name) => {
  expect(exports[`./${name}`]).toEqual({ types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` });
});

it.each(plugins)('the plugin %s has a line in .size-limit.json', (name) => {
  expect(limits).toContainEqual(
    expect.objectContaining({
      name: `@nitka/browser/${name}`,
      path: `node_modules/.cache/nitka/size/${name}.js`,
    }),
  );
});

it('no subpath is left over from a plugin that is gone', () => {
  const others = ['.', './gzip', './react', './vue', './nitka.js', './nitka.core.js', './package.json'];
  const subpaths = Object.keys(exports).filter((name) => !others.includes(name));
  expect(new Set(subpaths)).toEqual(new Set(plugins.map((name) => `./${name}`)));
});
