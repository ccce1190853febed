import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as node from '@nitka/node';
import * as disk from '@nitka/node/disk';
import { createTestCollector } from '@nitka/node/testing';

const require = createRequire(import.meta.url);
const collector = createTestCollector();
const { writeKey, endpoint, fetch } = collector;
const root = mkdtempSync(join(tmpdir(), 'nitka-packed-disk-'));

/** Stored by one program while the collector is away, sent by the next. */
const keepAndSend = async ({ createTracker }, { diskQueue }, folder) => {
  const open = () => {
    const tracker = createTracker({
      writeKey,
      endpoint,
      fetch,
      queue: diskQueue({ folder }),
      shutdown: false,
    });
    tracker.on('error', () => {});
    return tracker;
  };
  collector.answer(() => ({ status: 503 }));
  const first = open();
  await first.track({ userId: '1', event: folder }).stored();
  assert.deepEqual(await first.close({ timeout: 100 }), { pending: 1 });
  const till = join('node_modules', '.bin', 'nitka-till');
  const status = JSON.parse(String(execFileSync(till, ['status', '--json', '--queue', folder])));
  assert.equal(status.pending, 1);
  collector.answer();
  assert.deepEqual(await open().close(), { pending: 0 });
  assert.equal(collector.named(folder).length, 1);
};

await keepAndSend(node, disk, join(root, 'esm'));
await keepAndSend(require('@nitka/node'), require('@nitka/node/disk'), join(root, 'commonjs'));
rmSync(root, { recursive: true });
