import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLetGo, importAdvise, sharedMaps } from '../../src/loader/resident.ts';
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
    const letGo = createLetGo({ file, advise: (await importAdvise())! });
    const keys = Array.from({ length: 2400 }, (_, key) => key);
    const content = (key: number): Buffer => Buffer.alloc(40_000, key % 251);
    await environment.transaction(() => {
      for (const key of keys) environment.events.putSync(key, content(key));
    });
    const isWhole = (): boolean => keys.every((key) => environment.events.get(key)?.equals(content(key)));
    expect(isWhole()).toBe(true);
    const before = residentOf(file);
    expect(before).toBeGreaterThan(80);
    expect(letGo()).toBe(true);
    expect(residentOf(file)).toBeLessThan(before / 10);
    expect(letGo()).toBe(false);
    expect(isWhole()).toBe(true);
    await environment.transaction(() => environment.events.putSync(1, content(9)));
    expect(environment.events.get(1)).toEqual(content(9));
    await environment.close();
  });

  it('is asked for by the shared maps of its file alone, since others would lose what is in them', () => {
    const file = '/data/spool/data.mdb';
    const maps = `7e0000000000-7e1000000000 r--s 00000000 fe:00 10 ${file}
7e2000000000-7e2000001000 rw-s 00000000 fe:00 11 /data/spool/lock.mdb
7e3000000000-7e3000001000 r--p 00000000 fe:00 10 ${file}
7e4000000000-7e4000001000 rw-s 00000000 fe:00 10 ${file}
7e5000000000-7e5000001000 r--s 00000000 fe:00 12 ${file}.old
7e6000000000-7e6000001000 rw-p 00000000 00:00 0
`;
    expect(sharedMaps(maps, file)).toEqual([{ address: 0x7e0000000000n, bytes: 0x1000000000n }]);
  });

  it('stays where the system has no such call', async () => {
    expect(await importAdvise('win32')).toBeNull();
    expect(await importAdvise('darwin')).toBeNull();
  });
});
