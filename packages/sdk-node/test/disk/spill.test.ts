import { mkdtemp, readdir, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { restoreSpills, spill } from '../../src/disk/spill.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nitka-spill-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

it('passes over a file that another process has brought in just now', async () => {
  for (const name of ['a', 'b']) spill(folder, name, [{ json: `{"n":"${name}"}`, queuedAt: 5 }]);
  const found: string[] = [];
  await restoreSpills(folder, async (lines, name) => {
    found.push(...lines.map(({ json }) => json));
    const other = ['exit-a.ndjson', 'exit-b.ndjson'].find((each) => each !== name)!;
    await unlink(join(folder, other));
  });
  expect(found).toHaveLength(1);
  expect(await readdir(folder)).toEqual([]);
});

it('brings in what is whole of a file that was cut off', async () => {
  await writeFile(join(folder, 'exit-x.ndjson'), '5 {"n":1}\n6 {"n":2}\n7 {"n":');
  const found: unknown[] = [];
  await restoreSpills(folder, async (lines) => void found.push(...lines));
  expect(found).toEqual([
    { json: '{"n":1}', queuedAt: 5 },
    { json: '{"n":2}', queuedAt: 6 },
  ]);
});
