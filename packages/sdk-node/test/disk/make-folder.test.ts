import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from '../../src/disk/make-folder.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nitka-folder-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('makes all that is missing, for this user alone, also when it is asked for twice at once', async () => {
  const path = join(root, 'a', 'b', 'c');
  await Promise.all(Array.from({ length: 20 }, () => makeFolder(path)));
  await makeFolder(path);
  expect((await stat(path)).isDirectory()).toBe(true);
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o700);
});

it('refuses what lies below a file', async () => {
  await writeFile(join(root, 'file'), '');
  await expect(makeFolder(join(root, 'file', 'a', 'b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

it.skipIf(!existsSync('/proc/self'))('does not try for ever where nothing can be made', async () => {
  await expect(makeFolder('/proc/nitka')).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(makeFolder('/proc/nitka/queue')).rejects.toMatchObject({ code: 'ENOENT' });
});

it.skipIf(process.platform === 'win32')('does not try for ever below a link that leads nowhere', async () => {
  await symlink(join(root, 'gone'), join(root, 'link'));
  await expect(makeFolder(join(root, 'link', 'queue'))).rejects.toMatchObject({ code: 'ENOENT' });
});
