import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { messageIdFrom } from '../../src/message-id.ts';
import type { TestCollector } from '../../src/testing/index.ts';
import { openStage, runWith } from './stage.ts';

/** A machine may be busy: the limit ends what hangs. */
const patience = { timeout: 60_000 };

let collector: TestCollector;
let folder: string;
let env: Record<string, string>;
let close: () => Promise<void>;

beforeEach(async () => ({ collector, folder, env, close } = await openStage()));
afterEach(() => close());

const till = (args: string[], { stdin = '', signal }: { stdin?: string; signal?: AbortSignal } = {}) =>
  runWith(env, args, { stdin: Readable.from([stdin]), ...(signal && { signal }) });

const receipt = (n: number): string =>
  JSON.stringify({
    event: 'Order Completed',
    key: ['order', 'shop', n],
    userId: 'u',
    properties: { total: '1.10' },
  });

const down = () => ({ status: 503 });

it('sends standard input and says so', async () => {
  const { code, stderr } = await till(['send'], { stdin: `\ufeff${receipt(1)}\r\n\n${receipt(2)}` });
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'nitka-till: 2 events stored, 0 wait\n' });
  expect(collector.events.map((event) => event.messageId)).toEqual(
    [1, 2].map((n) => messageIdFrom('order', 'shop', n)),
  );
  expect(collector.events[0]?.context).toMatchObject({ channel: 'till' });
});

it('keeps bad lines aside with the reason, sends the others, and ends with 4', async () => {
  const { code } = await till(['send'], { stdin: `${receipt(1)}\n{oops\n{"event":"x"}\n${receipt(2)}` });
  expect(code).toBe(4);
  expect(collector.events).toHaveLength(2);
  const kept = (await readFile(join(folder, 'queue', 'bad.ndjson'), 'utf8')).trim().split('\n');
  expect(kept.map((line) => JSON.parse(line) as object)).toEqual([
    { reason: 'malformed_json', message: expect.any(String), source: 'stdin:2', line: '{oops' },
    { reason: 'identity_missing', message: expect.any(String), source: 'stdin:3', line: '{"event":"x"}' },
  ]);
});

it('ends with 3 while the collector is away, shows what waits, and drains it later', async () => {
  collector.answer(down);
  expect((await till(['send', '--timeout', '0.3'], { stdin: `${receipt(1)}\n${receipt(2)}` })).code).toBe(3);
  expect((await till(['send', '--timeout', '0'], { stdin: receipt(3) })).code).toBe(0);
  const { stdout } = await till(['status', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ pending: 3, oldest: expect.stringMatching(/^\d{4}-.*Z$/) });
  expect((await till(['status'])).stdout).toMatch(/^3 events wait \(\d+ bytes\), the oldest since /);
  expect((await till(['drain', '--timeout', '0.3'])).code).toBe(3);
  collector.answer();
  expect((await till(['drain'])).code).toBe(0);
  // A request of the drain before may still have been on its way.
  expect(new Set(collector.events.map((event) => event.messageId)).size).toBe(3);
  expect((await till(['status'])).stdout).toBe('nothing waits\n');
});

it('ends with 5 when the queue is full, and takes nothing from there on', async () => {
  collector.answer(down);
  const lines = Array.from({ length: 50 }, (_, n) => receipt(n + 1)).join('\n');
  const { code, stderr } = await till(['send', '--timeout', '0', '--max-bytes', '3000'], { stdin: lines });
  expect(code).toBe(5);
  expect(stderr).toContain('queue_full');
});

it('takes in the files of a folder, oldest first, and repeats nothing after a crash', async () => {
  const inbox = join(folder, 'inbox');
  await mkdir(inbox);
  const put = async (name: string, text: string, age: number) => {
    await writeFile(join(inbox, name), text);
    const time = Date.now() / 1000 - age;
    await utimes(join(inbox, name), time, time);
  };
  await put('b.ndjson', '{"event":"second","userId":"u"}\n', 10);
  await put('a.ndjson', '{"event":"third","userId":"u"}\nbad\n', 5);
  await put('c.ndjson', '{"event":"first","userId":"u"}\n', 20);
  await put('note.txt', 'not mine', 20);
  expect((await till(['watch', inbox, '--once'])).code).toBe(4);
  expect(collector.events.map((event) => event.event)).toEqual(['first', 'second', 'third']);
  expect((await readdir(inbox)).sort()).toEqual(['bad', 'done', 'note.txt']);
  expect((await readdir(join(inbox, 'done'))).sort()).toEqual(['a.ndjson', 'b.ndjson', 'c.ndjson']);
  expect(await readFile(join(inbox, 'bad', 'a.ndjson'), 'utf8')).toContain('malformed_json');
  // A crash before the move: the file is there again.
  await put('c.ndjson', '{"event":"first","userId":"u"}\n', 20);
  expect((await till(['watch', inbox, '--once'])).code).toBe(0);
  expect(collector.events).toHaveLength(4);
  expect(collector.duplicates()).toEqual([collector.events[0]?.messageId]);
});

it('watches until it is stopped', async () => {
  const inbox = join(folder, 'inbox');
  await mkdir(inbox);
  const stopping = new AbortController();
  const watching = till(['watch', inbox, '--interval', '0.05'], { signal: stopping.signal });
  await writeFile(join(inbox, 'x.ndjson'), receipt(7));
  await collector.arrived(1, patience);
  stopping.abort();
  expect((await watching).code).toBe(0);
});

it.each([
  [[], 0],
  [['--help'], 0],
  [['sell'], 2],
  [['watch'], 2],
  [['send', '--nonsense'], 2],
  [['send', '--timeout', 'soon'], 2],
  [['send', '--endpoint', 'nowhere'], 2],
])('ends %j with %i', async (args, code) => {
  expect((await till(args)).code).toBe(code);
});
