// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const files = readdirSync(new URL('../../src/plugins/', import.meta.url)).filter((file) =>
  file.endsWith('.ts'),
);
const docs = read('../../docs/plugins.md');
const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, { default: string }> };

test.each(files)('%s is a subpath, and the documentation knows its function and each option', (file) => {
  const name = file.replace('.ts', '');
  const source = read(`src/plugins/${file}`);
  const [, plugin] = /export const (\w+) =[^;]*?Plugin/.exec(source)!;
  expect(exports[`./${name}`]?.default).toBe(`./dist/${name}.js`);
  expect(docs).toContain(`\`${plugin}\``);
  const [, fields = ''] = /export interface \w+Options \{([\s\S]*?)\n\}/.exec(source) ?? [];
  const options = [...fields.matchAll(/^ {2}(\w+)\?:/gm)].map(([, option]) => option!);
  expect(options.length > 0).toBe(source.includes('Options'));
  const section = docs.split(/^## /m).find((text) => text.startsWith(plugin!)) ?? '';
  for (const option of options) expect(section).toContain(`| \`${option}\``);
});
