/**
 * What a runtime other than Node must be able to do with the installed package: `bun smoke-process.mjs`,
 * `deno run --allow-all smoke-process.mjs` in a folder with `@nitka/node` and `lmdb` in node_modules. Prints what works.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTracker, messageIdFrom, signIdentity, verifyIdentity } from '@nitka/node';
import { createTracker as createEdgeTracker } from '@nitka/node/edge';
import { createTestCollector } from '@nitka/node/testing';
import { openVisitor } from '@nitka/node/web';

const collector = createTestCollector();
const endpoint = await collector.listen();
const options = { writeKey: collector.writeKey, endpoint, shutdown: false };
const names = () => collector.events.map(({ event }) => event);

const parts = {
  async tracker() {
    const tracker = createTracker({ ...options, concurrency: 2, gzip: true });
    for (let n = 0; n < 3000; n++)
      tracker.track({ userId: `u${n}`, event: 'tracker', messageId: messageIdFrom('smoke', n) });
    assert.deepEqual(await tracker.close(), { pending: 0 });
    assert.equal(names().filter((name) => name === 'tracker').length, 3000);
  },
  async edge() {
    const tracker = createEdgeTracker(options);
    const request = new Request('https://shop.example/', { headers: { accept: 'text/html' } });
    const { apply } = openVisitor(request);
    tracker.forRequest(request).track({ event: 'edge' });
    assert.deepEqual(await tracker.close(), { pending: 0 });
    assert.equal(apply(new Response('')).headers.getSetCookie().length, 2);
    assert.ok(names().includes('edge'));
  },
  async identity() {
    const secret = 'x'.repeat(32);
    const token = await signIdentity({ userId: '42' }, { secret });
    assert.deepEqual(await verifyIdentity(token, { secret }), { userId: '42' });
  },
  async disk() {
    const { diskQueue } = await import('@nitka/node/disk');
    const folder = await mkdtemp(join(tmpdir(), 'nitka-smoke-'));
    const first = createTracker({ ...options, endpoint: 'http://127.0.0.1:9', queue: diskQueue({ folder }) });
    first.on('error', () => {});
    await first.track({ userId: 'u', event: 'disk' }).stored();
    assert.deepEqual(await first.close({ timeout: 200 }), { pending: 1 });
    const second = createTracker({ ...options, queue: diskQueue({ folder }) });
    assert.deepEqual(await second.close(), { pending: 0 });
    assert.ok(names().includes('disk'));
    await rm(folder, { recursive: true, force: true });
  },
};

const results = {};
for (const [name, run] of Object.entries(parts)) {
  results[name] = await run().then(
    () => 'ok',
    (error) => String(error?.message ?? error),
  );
}
await collector.close();
console.log(JSON.stringify(results));
process.exit(Object.values(results).every((result) => result === 'ok') ? 0 : 1);
