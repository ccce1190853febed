import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { diskQueue } from '../../src/disk/index.ts';
import { createTracker } from '../../src/index.ts';
import { createTestCollector } from '../../src/testing/index.ts';

const disk = mkdtempSync(join(tmpdir(), 'nitka-full-'));
/** A disk of its own that can really be filled; only root may mount one. */
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=30m', 'tmpfs', disk]).status === 0;

afterAll(() => {
  if (isMounted) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

it.skipIf(!isMounted)(
  'gets rid of what is sent although the disk is full, and sends nothing twice',
  async () => {
    const collector = createTestCollector();
    collector.answer(() => ({ status: 503 }));
    const tracker = createTracker({
      writeKey: collector.writeKey,
      endpoint: collector.endpoint,
      fetch: collector.fetch,
      queue: diskQueue({ folder: join(disk, 'queue') }),
      shutdown: false,
      backoffBase: 5,
    });
    const errors: string[] = [];
    tracker.on('error', (error) => errors.push(error.message));
    const add = (n: number) =>
      tracker
        .track({ event: `e${n}`, userId: 'u', properties: { text: 'x'.repeat(200 + (n % 2500)) } })
        .stored();
    await Promise.all(Array.from({ length: 5000 }, (_, n) => add(n)));
    expect(() => writeFileSync(join(disk, 'other'), Buffer.alloc(40_000_000))).toThrow('ENOSPC');
    // A little room is put by: some go into it.
    let stored = 5000;
    const storing = (async () => {
      for (;;) await add(stored).then(() => stored++);
    })();
    await expect(storing).rejects.toMatchObject({
      code: 'storage_failed',
      message: expect.stringContaining('disk is full'),
    });
    expect(stored).toBeLessThan(6000);
    collector.answer();
    expect(await tracker.flush()).toEqual({ pending: 0 });
    expect(collector.events).toHaveLength(stored);
    expect(collector.duplicates()).toEqual([]);
    // The disk is as full as before; the room in the queue's own file is enough for the next sales.
    for (let n = 0; n < 50; n++) await add(10_000 + n);
    expect(await tracker.close()).toEqual({ pending: 0 });
  },
);
