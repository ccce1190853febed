import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFindClean, createLetGo, importAdvise } from '../../src/loader/resident.ts';
import { openEnvironment } from '../../src/spool/environment.ts';
import { temporaryFolder } from '../support/collector.ts';

/** What the kernel tells of each map of this process. */
const ownMaps = (): string[] => readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);

const residentOf = (file: string): number => {
  const kilobytes = ownMaps()
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
    const maps = `7e0000000000-7e1000000000 r--s 00000000 fe:00 10 ${data}
7e2000000000-7e2000001000 rw-s 00000000 fe:00 11 /data/spool/lock.mdb
7e3000000000-7e3000001000 r--p 00000000 fe:00 10 ${data}
7e4000000000-7e4000001000 rw-s 00000000 fe:00 10 ${data}
7e5000000000-7e5000001000 r--s 00000000 fe:00 12 ${data}.old
7e6000000000-7e6000001000 rw-p 00000000 00:00 0
7e7000000000-7e7000002000 r-xp 00001000 fe:00 13 /usr/bin/node
7e8000000000-7e8000001000 r--p 00000000 fe:00 13 /usr/bin/node
7e8000001000-7e8000004000 r--p 00001000 fe:00 13 /usr/bin/node
7e8000004000-7e8000005000 r--p 00004000 fe:00 13 /usr/bin/node
7e9000000000-7e9000001000 rw-p 00000000 fe:00 13 /usr/bin/node
7ea000000000-7ea000001000 rwxp 00000000 fe:00 13 /usr/bin/node
7eb000000000-7eb000001000 r-xp 00000000 fe:00 14 /usr/lib/libc.so.6
`;
    const facts = (from: string): string => {
      const [anonymous, swap] = { '7e8000001000': [12, 0], '7e8000004000': [0, 4] }[from] ?? [0, 0];
      return `Size: 8 kB\nAnonymous: ${anonymous} kB\nAnonHugePages: 4 kB\nSwap: ${swap} kB\nVmFlags: rd mr\n`;
    };
    const smaps = maps.replace(/^([0-9a-f]+)-.*\n/gm, (line, from: string) => `${line}${facts(from)}`);
    const asked: string[] = [];
    let known = maps;
    const findClean = createFindClean({ data, programs: (path) => path === '/usr/bin/node' }, (file) => {
      asked.push(file);
      return file === 'maps' ? known : smaps;
    });
    const clean = [
      { address: 0x7e0000000000n, bytes: 0x1000000000n },
      { address: 0x7e7000000000n, bytes: 0x2000n },
      { address: 0x7e8000000000n, bytes: 0x1000n },
    ];
    expect(findClean()).toEqual(clean);
    expect(findClean()).toEqual(clean);
    expect(asked).toEqual(['maps', 'smaps', 'maps']);
    known = `${maps}7ec000000000-7ec000001000 r--p 00003000 fe:00 13 /usr/bin/node\n`;
    expect(findClean()).toEqual(clean);
    expect(asked.slice(3)).toEqual(['maps', 'smaps']);
  });

  it('is asked for by the index alone where the kernel does not tell what was written', () => {
    const maps = `7e0000000000-7e1000000000 r--s 00000000 fe:00 10 /data.mdb
7e7000000000-7e7000002000 r-xp 00001000 fe:00 13 /usr/bin/node
`;
    const findClean = createFindClean({ data: '/data.mdb', programs: () => true }, (file) => {
      if (file === 'smaps') throw new Error('ENOENT');
      return maps;
    });
    expect(findClean()).toEqual([{ address: 0x7e0000000000n, bytes: 0x1000000000n }]);
  });

  it.runIf(process.platform === 'linux')(
    'is not asked for by what the start has written into a program',
    () => {
      const own = ownMaps()
        .filter((part) => /^\S+ r--p .*\.so/.test(part) && !/^Anonymous: +0 kB/m.test(part))
        .map((part) => BigInt(`0x${part.slice(0, part.indexOf('-'))}`));
      expect(own.length).toBeGreaterThan(0);
      const findClean = createFindClean({ data: '', programs: (path) => path.includes('.so') }, (file) =>
        readFileSync(`/proc/self/${file}`, 'utf8'),
      );
      const found = findClean().map(({ address }) => address);
      expect(found.length).toBeGreaterThan(own.length);
      expect(found.filter((address) => own.includes(address))).toEqual([]);
    },
  );

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
