import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import * as node from '@nitka/node';
import * as disk from '@nitka/node/disk';
import * as edge from '@nitka/node/edge';
import * as express from '@nitka/node/express';
import * as fastify from '@nitka/node/fastify';
import * as testing from '@nitka/node/testing';
import * as web from '@nitka/node/web';

const require = createRequire(import.meta.url);
const modules = {
  '': node,
  '/disk': disk,
  '/express': express,
  '/fastify': fastify,
  '/testing': testing,
  '/web': web,
};
for (const [path, module] of Object.entries(modules)) {
  const names = Object.keys(module).sort();
  assert.ok(names.length > 0, path);
  // The same names for those who require().
  assert.deepEqual(Object.keys(require(`@nitka/node${path}`)).sort(), names, path);
}
// The edge build is the tracker itself on Web APIs, ES module alone.
assert.deepEqual(Object.keys(edge).sort(), Object.keys(node).sort());

const collector = testing.createTestCollector();
const { writeKey, endpoint, fetch } = collector;
for (const { createTracker } of [node, edge, require('@nitka/node')]) {
  const tracker = createTracker({ writeKey, endpoint, fetch, shutdown: false });
  tracker.track({ userId: '1', event: 'Packed' });
  assert.deepEqual(await tracker.close(), { pending: 0 });
}
assert.equal(collector.named('Packed').length, 3);
