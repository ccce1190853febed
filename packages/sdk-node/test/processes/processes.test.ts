import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskQueue } from '../../src/disk/index.ts';
import { createTracker } from '../../src/index.ts';
import { createTestCollector, type TestCollector } from '../../src/testing/index.ts';

const program = fileURLToPath(new URL('./till.ts', import.meta.url));
let collector: TestCollector;
let endpoint: string;
let folder: string;

beforeEach(async () => {
  collector = createTestCollector();
  endpoint = await collector.listen();
  folder = await mkdtemp(join(tmpdir(), 'nitka-till-'));
});

afterEach(async () => {
  await collector.close();
  await rm(folder, { recursive: true, force: true });
});

const start = (args: readonly (string | number)[], limit = '') => {
  const line = `${limit} exec "$0" --import tsx "$@"`;
  const child = spawn('sh', ['-c', line, process.execPath, program, endpoint, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return {
    ready: () => once(child.stdout, 'data'),
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    ended: async () => {
      const [code, signal] = await closed;
      return { code, signal, output };
    },
  };
};

/** What a program left in the folder, sent by another. */
const drainFolder = async (): Promise<string[]> => {
  const tracker = createTracker({
    writeKey: 'test-key',
    endpoint,
    queue: diskQueue({ folder }),
    shutdown: false,
  });
  await tracker.flush();
  await tracker.close();
  return collector.events.map((event) => event.event!);
};

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `e${n}`);

describe('a program that ends', () => {
  it('sends what waits in memory when it has nothing left to do', async () => {
    expect(await start(['-', 100, 'end']).ended()).toMatchObject({ code: 0 });
    expect(collector.events).toHaveLength(100);
  });

  it('is not kept alive by a collector that is down', async () => {
    collector.answer(() => ({ status: 503 }));
    expect(await start(['-', 5, 'end']).ended()).toMatchObject({
      code: 0,
      output: expect.stringContaining('5 events were not delivered'),
    });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'sends what waits on %s and ends as the signal wants',
    async (signal) => {
      const till = start(['-', 100, 'wait']);
      await till.ready();
      till.kill(signal);
      expect(await till.ended()).toMatchObject({ code: null, signal });
      expect(collector.events).toHaveLength(100);
    },
  );

  it('is ended by a second signal, but not by an echo of the first; what is not stored is saved', async () => {
    collector.answer(() => new Promise(() => {}));
    const till = start([folder, 100, 'patient']);
    await till.ready();
    till.kill('SIGINT');
    till.kill('SIGINT');
    await expect.poll(() => collector.requests.length).toBe(1);
    await wait(1100);
    till.kill('SIGINT');
    expect(await till.ended()).toMatchObject({ code: null, signal: 'SIGINT' });
    collector.answer();
    expect(await drainFolder()).toEqual(names(100));
  });

  it('leaves the end to a handler of the host', async () => {
    const till = start(['-', 100, 'host-handler']);
    await till.ready();
    till.kill('SIGTERM');
    expect(await till.ended()).toMatchObject({ code: 7 });
    expect(collector.events).toHaveLength(100);
  });

  it('leaves signals alone when asked to', async () => {
    collector.answer(() => new Promise(() => {}));
    const till = start(['-', 1, 'opt-out']);
    await till.ready();
    till.kill('SIGTERM');
    expect(await till.ended()).toMatchObject({ signal: 'SIGTERM' });
  });
});

describe('a program with a disk queue', () => {
  it('loses nothing that was called before process.exit()', async () => {
    expect(await start([folder, 100, 'exit']).ended()).toMatchObject({ code: 3 });
    expect(await drainFolder()).toEqual(names(100));
  });

  it('loses nothing that was stored before kill -9', async () => {
    collector.answer(() => ({ status: 503 }));
    const till = start([folder, 1000, 'stored']);
    await till.ready();
    till.kill('SIGKILL');
    expect(await till.ended()).toMatchObject({ signal: 'SIGKILL' });
    collector.answer();
    expect(await drainFolder()).toEqual(names(1000));
  });

  // A limit of the file's size refuses a write just as a full disk does.
  it.skipIf(process.platform === 'win32')(
    'keeps what is stored, and says so, when the disk is full',
    async () => {
      collector.answer(() => ({ status: 503 }));
      const { output } = await start([folder, 2000, 'fill'], "trap '' XFSZ; ulimit -f 8192;").ended();
      const report = JSON.parse(output.split('\n').find((line) => line.startsWith('{'))!) as {
        unsafe: number;
        messages: string[];
      };
      expect(report.unsafe).toBeGreaterThan(0);
      expect(report.messages).toEqual([expect.stringContaining('disk is full or failing')]);
      collector.answer();
      const arrived = await drainFolder();
      expect(arrived).toHaveLength(2000 - report.unsafe);
      expect(new Set(arrived).size).toBe(arrived.length);
    },
  );
});
