import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as index from '../src/index.ts';
import { numbers, readOptions } from '../src/options.ts';
import { createTestCollector } from '../src/testing/index.ts';

const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');

it('lists every option with its default', async () => {
  const source = await readFile(new URL('../src/options.ts', import.meta.url), 'utf8');
  const declared = source.slice(source.indexOf('interface TrackerOptions'), source.indexOf('const invalid'));
  const names = [...declared.matchAll(/^ {2}readonly (\w+)\??:/gm)].map((match) => match[1]);
  const rows = [...text.matchAll(/^\| `(\w+)` +\| .*? \| *(.*?) *\|$/gm)].map(
    (match) => [match[1]!, match[2]!] as const,
  );
  expect(rows.map(([name]) => name).sort()).toEqual(names.sort());
  for (const [name, standard] of rows) {
    if (name in numbers)
      expect([name, standard]).toEqual([name, String(numbers[name as keyof typeof numbers].standard)]);
  }
  expect(readOptions({ writeKey: 'k', endpoint: 'https://x' }).flushAt).toBe(500);
});

it('begins with a program that works', async () => {
  const collector = createTestCollector();
  const program = /```js\n([\s\S]*?)```/.exec(text)![1]!;
  const folder = await mkdtemp(join(tmpdir(), 'nitka-readme-'));
  const file = join(folder, 'start.mjs');
  await writeFile(
    file,
    program.replace("'@nitka/node'", `'${new URL('../src/index.ts', import.meta.url).href}'`),
  );
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), file], {
    env: { ...process.env, NITKA_ENDPOINT: await collector.listen(), NITKA_WRITE_KEY: collector.writeKey },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
  await once(child, 'close');
  await Promise.all([collector.close(), rm(folder, { recursive: true })]);
  expect(output).toBe('0\n');
  expect(collector.events.map((event) => event.event ?? event.type)).toEqual([
    'identify',
    'Product Added',
    'Order Completed',
  ]);
});

it('exports these names', () => {
  expect(Object.keys(index).sort()).toEqual([
    'NitkaError',
    'createTracker',
    'deal',
    'meeting',
    'memoryQueue',
    'messageIdFrom',
    'orderCompleted',
    'orderRefunded',
    'phoneCall',
    'signIdentity',
    'verifyIdentity',
  ]);
});
