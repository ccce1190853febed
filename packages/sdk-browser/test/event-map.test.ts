// @vitest-environment node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const file = fileURLToPath(new URL('./event-map-sample.ts', import.meta.url));

const start = `
import { createTracker } from '../src/index.ts';
import { createHooks } from '../src/react.ts';
import { createComposables } from '../src/vue.ts';
type Events = { 'Product Viewed': { sku: string; price?: number }; 'Signed Up': { plan: 'free' | 'pro' } }
const options = { writeKey: 'k', endpoint: 'https://t.example' };
const tracker = createTracker<Events>(options);
const shop = createTracker<{ 'Cart Viewed': { items: number } }>(options);
const plain = createTracker(options);
const { useTrack } = createHooks(tracker);
const composables = createComposables(tracker);
`;

const compiles = [
  "tracker.track('Product Viewed', { sku: 'A-1' });",
  "tracker.track('Product Viewed', { sku: 'A-1', price: 5 }, { place: 'list' });",
  "tracker.track('Signed Up', { plan: 'pro' });",
  "tracker.track('Product Viewed');",
  "plain.track('Anything', { of: ['any', { shape: 1 }] });",
  "shop.track('Cart Viewed', { items: 2 });",
  "tracker.on('sent', (count) => count.toFixed());",
  "tracker.on('dropped', (code, count) => [code.length, count.toFixed()]);",
  "tracker.on('error', (code, detail) => code + (detail ?? ''))();",
  "useTrack('Product Viewed', { sku: 'A-1' });",
  'useTrack(false);',
  "composables.useTrack(() => 'Signed Up' as const, { plan: 'free' });",
];

const refused = [
  "tracker.track('Product Veiwed', { sku: 'A-1' });",
  "tracker.track('Product Viewed', { sku: 1 });",
  "tracker.track('Product Viewed', { price: 5 });",
  "tracker.track('Product Viewed', { sku: 'A-1', colour: 'red' });",
  "tracker.track('Signed Up', { plan: 'gold' });",
  "shop.track('Product Viewed', { sku: 'A-1' });",
  'tracker.track();',
  'plain.track(5);',
  "tracker.on('lost', () => {});",
  "tracker.on('sent', (count: string) => count);",
  "tracker.consent('yes');",
  "createTracker({ writeKey: 'k' });",
  'createTracker({ ...options, flushat: 5 });',
  "useTrack('Product Viewed', { sku: 5 });",
  "useTrack('Nothing');",
  "composables.useTrack('Signed Up', { plan: 'gold' });",
];

it('what the event map allows compiles, and nothing else', () => {
  const lines = [...compiles, ...refused];
  const text = `${start}${lines.join('\n')}\n`;
  const { config } = ts.readConfigFile(`${root}/packages/sdk-browser/tsconfig.json`, (path) =>
    readFileSync(path, 'utf8'),
  ) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, `${root}/packages/sdk-browser`);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, text, rest[0]) : getSourceFile(name, ...rest);
  const program = ts.createProgram([file], { ...options, noUnusedLocals: false }, host);
  const source = program.getSourceFile(file)!;
  const first = start.split('\n').length - 1;
  const faults = new Set(
    [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ start: at = 0 }) => source.getLineAndCharacterOfPosition(at).line - first,
    ),
  );
  expect([...faults].map((line) => lines[line]).sort()).toEqual([...refused].sort());
});
