/**
 * `node writer-process.mjs write <folder> <endpoint> <write key> <prefix>` adds events until it is killed and prints the messageIds
 * whose `stored()` has resolved; `… drain <folder> <endpoint> <write key>` sends all that waits and prints what is left.
 * Uses the built package: what ships is what is killed.
 */
import { writeSync } from 'node:fs';
import { createTracker } from '../../../packages/sdk-node/dist/index.js';
import { diskQueue } from '../../../packages/sdk-node/dist/disk.js';

const [command, folder, endpoint, writeKey, prefix] = process.argv.slice(2);
const tracker = createTracker({
  writeKey,
  endpoint,
  queue: diskQueue({ folder }),
  flushAt: 50,
  flushInterval: 20,
  batchEvents: 200,
  backoffBase: 10,
  backoffCap: 100,
  requestTimeout: 5000,
});
// The server is killed all the time.
tracker.on('error', (error) => {
  if (error.code !== 'delivery_failed') console.error(`${error.code}: ${error.message}`);
});

const write = async () => {
  for (let n = 0; ;) {
    const calls = Array.from({ length: 1 + ((n * 7) % 60) }, () => {
      const messageId = `${prefix}-${n++}`;
      const properties = { check: `check ${messageId}`, text: 'нитка '.repeat(n % 300) };
      return tracker.track({ event: 'Chaos', userId: 'u', messageId, properties });
    });
    await Promise.all(calls.map((call) => call.stored()));
    writeSync(1, `${calls.map((call) => call.messageId).join(' ')}.\n`);
  }
};

const drain = async () => {
  for (let tries = 0; tries < 200; tries++) {
    const { pending } = await tracker.flush();
    if (pending === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  console.log((await tracker.close()).pending);
};

await (command === 'drain' ? drain() : write());
