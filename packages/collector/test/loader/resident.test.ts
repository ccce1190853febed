import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cleanMaps, createLetGo, importAdvise } from '../../src/loader/resident.ts';
import { openEnvironment } from '../../src/spool/environment.ts';
import { temporaryFolder } from '../support/collector.ts';

const residentOf = (file: string): number => {
  const parts = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  const kilobytes = parts
    .filter((part) => part.slice(0, part.indexOf('\n')).endsWith(` ${file}`))
    .map((part) => Number(/^Rss:\s+(\d+)/m.exec(part)?.[1]));
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1024;
};

describe('what the process has of the spool in its memory', () => {
  it.runIf(process.platform === 'linux')('goes, and is read as it was', async () => {
    const folder = temporaryFolder();
    const environment = openEnvironment(folder);
    const file = realpathSync(join(folder, 'data.mdb'));
    const node = realpathSync(process.execPath);
    const files = { data: file, programs: (path: string) => path === node };
    const letGo = createLetGo({ files, advise: (await importAdvise())! });
    const keys = Array.from({ length: 2400 }, (_, key) => key);
    const content = (key: number): Buffer => Buffer.alloc(40_000, key % 251);
    await environment.transaction(() => {
      for (const key of keys) environment.events.putSync(key, content(key));
    });
    const isWhole = (): boolean => keys.every((key) => environment.events.get(key)?.equals(content(key)));
    expect(isWhole()).toBe(true);
    const before = residentOf(file);
    expect(before).toBeGreaterThan(80);
    const program = residentOf(node);
    expect(letGo()).toBe(true);
    expect(residentOf(file)).toBeLessThan(before / 10);
    expect(residentOf(node)).toBeLessThan(program);
    expect(letGo()).toBe(false);
    expect(isWhole()).toBe(true);
    await environment.transaction(() => environment.events.putSync(1, content(9)));
    expect(environment.events.get(1)).toEqual(content(9));
    await environment.close();
  });

  it('is asked for by maps alone that have what their file has, since others would lose what is in them', () => {
    const data = '/data/spool/data.mdb';
    const files = { data, programs: (path: string) => path === '/usr/bin/node' };
    const maps = `7e0000000000-7e1000000000 r--s 00000000 fe:00 10 ${data}
7e2000000000-7e2000001000 rw-s 00000000 fe:00 11 /data/spool/lock.mdb
7e3000000000-7e3000001000 r--p 00000000 fe:00 10 ${data}
7e4000000000-7e4000001000 rw-s 00000000 fe:00 10 ${data}
7e5000000000-7e5000001000 r--s 00000000 fe:00 12 ${data}.old
7e6000000000-7e6000001000 rw-p 00000000 00:00 0
7e7000000000-7e7000002000 r-xp 00001000 fe:00 13 /usr/bin/node
7e8000000000-7e8000001000 r--p 00000000 fe:00 13 /usr/bin/node
7e9000000000-7e9000001000 rw-p 00000000 fe:00 13 /usr/bin/node
7ea000000000-7ea000001000 rwxp 00000000 fe:00 13 /usr/bin/node
7eb000000000-7eb000001000 r-xp 00000000 fe:00 14 /usr/lib/libc.so.6
`;
    expect(cleanMaps(maps, files)).toEqual([
      { address: 0x7e0000000000n, bytes: 0x1000000000n },
      { address: 0x7e7000000000n, bytes: 0x2000n },
    ]);
  });

  it('goes when it has grown beyond what comes back by itself, not each time', () => {
    const steps = [100, 40, 47, 49, 45, 52, 54].map((mebibytes) => mebibytes * 1024);
    let step = -1;
    let calls = 0;
    const maps = '7e0000000000-7e1000000000 r--s 00000000 fe:00 10 /data.mdb';
    const letGo = createLetGo({
      files: { data: '/data.mdb', programs: () => false },
      advise: () => (calls += 1),
      read: (path) => (path.endsWith('maps') ? maps : `RssFile:  ${steps[step]} kB\nRssShmem: 0 kB\n`),
    });
    expect(steps.map(() => ((step += 1), letGo()))).toEqual([true, false, false, true, false, false, true]);
    expect(calls).toBe(3);
  });

  it('stays where the system has no such call', async () => {
    expect(await importAdvise('win32')).toBeNull();
    expect(await importAdvise('darwin')).toBeNull();
  });
});
