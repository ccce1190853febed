import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { messageIdFrom } from '../src/message-id.ts';
import { createTestCollector } from '../src/testing/index.ts';
import { exitCodes } from '../src/till/exit-codes.ts';

const text = await readFile(new URL('../../../docs/tills.md', import.meta.url), 'utf8');
const collector = createTestCollector();
let endpoint: string;
let folder: string;

beforeAll(async () => {
  endpoint = await collector.listen();
  folder = await mkdtemp(join(tmpdir(), 'nitka-docs-'));
  const main = fileURLToPath(new URL('../src/till/main.ts', import.meta.url));
  const tsx = import.meta.resolve('tsx');
  await writeFile(
    join(folder, 'nitka-till'),
    `#!/bin/sh\nexec "${process.execPath}" --import "${tsx}" "${main}" "$@"\n`,
  );
  await chmod(join(folder, 'nitka-till'), 0o755);
});

afterAll(async () => {
  await collector.close();
  await rm(folder, { recursive: true, force: true });
});

const run = async (script: string): Promise<string> => {
  const child = spawn('sh', ['-e', '-c', script], {
    cwd: folder,
    env: {
      ...process.env,
      PATH: `${folder}:${process.env['PATH']}`,
      NITKA_ENDPOINT: endpoint,
      NITKA_WRITE_KEY: collector.writeKey,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => (output += part.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return `${output}exit ${code}`;
};

// Each block goes on where the one before it ended, as for a reader.
it('keeps its word: each shell block runs, and its events arrive', async () => {
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]!);
  expect(blocks).toHaveLength(5);
  const [send, watch, status, single, batch] = blocks as [string, string, string, string, string];

  expect(await run(send)).toContain('2 events stored, 0 wait\nnothing waits\nexit 0');
  expect(collector.events).toMatchObject([
    {
      messageId: messageIdFrom('order', 'shop-17', 'till-2', 48121),
      event: 'Order Completed',
      timestamp: '2026-11-20T14:04:05.000Z',
      context: { traits: { phone: '+79995551122' } },
      properties: { total: '1990.10' },
    },
    { messageId: messageIdFrom('refund', 'shop-17', 'till-2', 48121, 1), event: 'Order Refunded' },
  ]);

  expect(await run(watch)).toContain('2026-11-20-till-2.ndjson\nexit 0');
  // The same receipts once more: the collector knows them by their ids.
  expect(collector.events).toHaveLength(4);
  expect(collector.duplicates()).toHaveLength(2);

  expect(await run(status)).toContain('"pending":0');

  expect(await run(single)).toBe('{"success":true}exit 0');
  expect(collector.events.at(-1)).toMatchObject({ type: 'track', messageId: 'order:shop-17:till-2:48122' });

  expect(await run(batch)).toBe('{"success":true}exit 0');
  expect(collector.events.slice(-2).map((event) => event.event)).toEqual([
    'Order Completed',
    'Order Refunded',
  ]);
}, 240_000);

it('lists the exit codes that there are', () => {
  const listed = [...text.matchAll(/^\| (\d) +\|/gm)].map((match) => Number(match[1]));
  expect(listed).toEqual(Object.values(exitCodes));
});
