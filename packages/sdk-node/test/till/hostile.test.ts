import { mkdir, readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestCollector } from '../../src/testing/index.ts';
import { openStage, runWith } from './stage.ts';

/** A machine may be busy: the limit ends what hangs. */
const patience = { timeout: 60_000 };

let collector: TestCollector;
let folder: string;
let inbox: string;
let env: Record<string, string>;
let close: () => Promise<void>;

beforeEach(async () => {
  ({ collector, folder, env, close } = await openStage());
  inbox = join(folder, 'inbox');
  await mkdir(inbox);
});
afterEach(() => close());

const till = (args: string[], parts: { stdin?: Readable; signal?: AbortSignal } = {}) =>
  runWith(env, args, parts);

const line = (fields: object): string => `${JSON.stringify({ event: 'x', userId: 'u', ...fields })}\n`;
const lines = (count: number): string =>
  Array.from({ length: count }, (_, n) => line({ properties: { n, text: 'x'.repeat(200) } })).join('');
const from = (...parts: (string | Buffer)[]): Readable =>
  Readable.from(parts.map((part) => Buffer.from(part)));
const down = () => ({ status: 503 });

const put = async (name: string, text: string | Buffer, age = 10): Promise<void> => {
  await writeFile(join(inbox, name), text);
  const time = Date.now() / 1000 - age;
  await utimes(join(inbox, name), time, time);
};

const badLines = async (path: string): Promise<Record<string, string>[]> =>
  (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, string>);

describe('a source that stays open', () => {
  it('ends with 5 as soon as the queue is full, and not by an unhandled rejection', async () => {
    collector.answer(down);
    const stdin = new PassThrough();
    stdin.write(lines(20));
    expect((await till(['send', '--timeout', '0', '--max-bytes', '3000'], { stdin })).code).toBe(5);
  });

  it('ends in order when it is stopped', async () => {
    const stdin = new PassThrough();
    const stopping = new AbortController();
    stdin.write(`${line({})}{"event":"half`);
    const sending = till(['send'], { stdin, signal: stopping.signal });
    await collector.arrived(1, patience);
    stopping.abort();
    expect(await sending).toMatchObject({ code: 0, stderr: 'nitka-till: 1 events stored, 0 wait\n' });
  });

  it('has bad lines on disk before the source ends', async () => {
    const stdin = new PassThrough();
    stdin.write(`{oops\n${line({})}`);
    const sending = till(['send'], { stdin });
    await collector.arrived(1, patience);
    const path = join(folder, 'queue', 'bad.ndjson');
    for (let n = 0; n < 3000 && !existsSync(path); n++) await wait(10);
    expect(await badLines(path)).toMatchObject([{ reason: 'malformed_json', line: '{oops' }]);
    stdin.end();
    expect((await sending).code).toBe(4);
  });
});

describe('lines', () => {
  it('end at line feeds alone', async () => {
    const text = line({ properties: { text: 'a\u2028b' } });
    expect(
      (await till(['send'], { stdin: from(text.slice(0, 20), text.slice(20).replace('\n', '\r\n'), text) }))
        .code,
    ).toBe(0);
    expect(collector.events.map(({ properties }) => properties)).toEqual([
      { text: 'a\u2028b' },
      { text: 'a\u2028b' },
    ]);
  });

  it('that are no UTF-8 are kept to the byte', async () => {
    const inWindows1251 = Buffer.concat([
      Buffer.from('{"event":"'),
      Buffer.from([0xcf, 0xeb]),
      Buffer.from('"}\n'),
    ]);
    expect((await till(['send'], { stdin: from(line({}), inWindows1251) })).code).toBe(4);
    const [kept] = await badLines(join(folder, 'queue', 'bad.ndjson'));
    expect(kept).toMatchObject({ reason: 'malformed_json', message: expect.stringContaining('UTF-8') });
    expect(`${Buffer.from(kept!['base64']!, 'base64').toString('latin1')}\n`).toBe(
      inWindows1251.toString('latin1'),
    );
  });

  it('keep every digit', async () => {
    const text =
      '{"event":"x","userId":12345678901234567890,"properties":{"drive":9960440301234567,"n":5,"m":1.50,"e":1e400,"text":"1234567890123456789012"}}\n';
    await till(['send'], { stdin: from(text) });
    expect(collector.events[0]).toMatchObject({
      userId: '12345678901234567890',
      properties: { drive: '9960440301234567', n: 5, m: 1.5, e: '1e400', text: '1234567890123456789012' },
    });
  });

  it('with a field that no event has are bad: what stands under it would be lost', async () => {
    expect((await till(['send'], { stdin: from(line({ propertes: { total: '1' } })) })).code).toBe(4);
    expect((await badLines(join(folder, 'queue', 'bad.ndjson')))[0]!['message']).toContain('propertes');
  });

  it('without an end are refused before they fill the memory', async () => {
    const stdin = Readable.from(Array.from({ length: 20 }, () => Buffer.alloc(1024 * 1024, 'x')));
    const { code, stderr } = await till(['send', '--timeout', '0'], { stdin });
    expect(code).toBe(5);
    expect(stderr).toContain('line 1 has no end');
  });
});

describe('a folder', () => {
  it('with things that are no files of events is looked through to the end', async () => {
    await mkdir(join(inbox, 'folder.ndjson'));
    await symlink(join(folder, 'nowhere'), join(inbox, 'gone.ndjson'));
    await put('A.NDJSON', line({}));
    expect((await till(['watch', inbox, '--once'])).code).toBe(0);
    expect(collector.events).toHaveLength(1);
  });

  it.skipIf(!existsSync('/proc/self/mem'))(
    'with a file that cannot be read sends the others, and ends with 5',
    async () => {
      await symlink('/proc/self/mem', join(inbox, 'a.ndjson'));
      await put('b.ndjson', line({}));
      const { code, stderr } = await till(['watch', inbox, '--once']);
      expect(code).toBe(5);
      expect(stderr).toContain('a.ndjson cannot be read');
      expect(collector.events).toHaveLength(1);
    },
  );

  it('with a file larger than the queue is worked off as the collector takes it, nothing twice', async () => {
    await put('a.ndjson', lines(60));
    const stopping = new AbortController();
    const args = ['watch', inbox, '--interval', '0.05', '--max-bytes', '6000'];
    const watching = till(args, { signal: stopping.signal });
    await collector.arrived(60, patience);
    stopping.abort();
    await watching;
    expect(collector.duplicates()).toEqual([]);
  });

  it('keeps sent files a week from the day they were sent, and both of two that have one name', async () => {
    for (const n of [1, 2]) {
      await put('a.ndjson', line({ properties: { n } }), 30 * 86_400);
      expect((await till(['watch', inbox, '--once'])).code).toBe(0);
    }
    expect(await readdir(join(inbox, 'done'))).toHaveLength(2);
    expect(collector.events).toHaveLength(2);
  });

  it('can be worked on by two programs', async () => {
    for (let n = 0; n < 20; n++) await put(`${n}.ndjson`, line({ properties: { n } }));
    const both = await Promise.all([till(['watch', inbox, '--once']), till(['watch', inbox, '--once'])]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(new Set(collector.events.map(({ messageId }) => messageId)).size).toBe(20);
  });

  it('that is a file is a wrong option', async () => {
    await put('a.ndjson', line({}));
    const { code, stderr } = await till(['watch', join(inbox, 'a.ndjson')]);
    expect(code).toBe(2);
    expect(stderr).toContain('is no folder');
  });
});

it('ends with 6 when the collector cannot use an event, and says why', async () => {
  const rejected = [{ messageId: 'm', code: 'message_id_reserved' }];
  collector.answer(() => ({ status: 200, body: { success: true, rejected } }));
  const { code, stderr } = await till(['send'], { stdin: from(line({ messageId: 'm' })) });
  expect(code).toBe(6);
  expect(stderr).toContain('message_id_reserved');
});

it('knows what waits without waiting for it', async () => {
  collector.answer(down);
  await till(['send', '--timeout', '0'], { stdin: from(lines(3)) });
  expect((await till(['drain', '--timeout', '0'])).stderr).toContain('3 wait');
});

it('tells an empty queue from a folder that holds none', async () => {
  const { code, stdout } = await till(['status', '--json', '--queue', join(folder, 'typo')]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ exists: false, pending: 0 });
  expect(existsSync(join(folder, 'typo'))).toBe(false);
});

it.each(['send', 'drain', 'watch --once'])(
  'ends with 5 where there is no queue to be had: %s',
  async (command) => {
    await writeFile(join(folder, 'file'), '');
    const args = command.replace('watch', `watch ${inbox}`).split(' ');
    const { code, stderr } = await till([...args, '--queue', join(folder, 'file', 'queue')]);
    expect(code).toBe(5);
    expect(stderr).toContain('cannot be opened');
  },
);

it.each([
  [['send', 'receipts.ndjson'], 'use < file'],
  [['send', '--max-bytes', '1.5'], '--max-bytes must be a whole number'],
  [['send', '--quue', 'x'], "Unknown option '--quue'\n"],
  [['watch', 'a', 'b'], 'does not take b'],
  [['watch', '.', '--interval', '0'], '--interval'],
  [['--queue', 'x'], 'which command'],
])('says what is wrong with %j', async (args, text) => {
  const { code, stderr } = await till(args);
  expect(code).toBe(2);
  expect(stderr).toContain(text);
});
