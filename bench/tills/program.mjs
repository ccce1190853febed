/**
 * `node program.mjs <endpoint> <write key> <folder> <tills> <receipts a second> <seconds>`: so many tills, each with a disk queue
 * in a folder of its own, make receipts at random moments. Beside them one file is written and synced without any library: what the
 * disk gives at that moment. Prints one line of JSON: how long each durable call and each bare write took, and how many transactions
 * all queues have flushed to the disk.
 */
import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { diskQueue } from '../../packages/sdk-node/dist/disk.js';
import { createTracker, orderCompleted } from '../../packages/sdk-node/dist/index.js';

const [endpoint, writeKey, folder, ...numbers] = process.argv.slice(2);
const [tills, rate, seconds] = numbers.map(Number);

let errors = 0;
const trackers = Array.from({ length: tills }, (_, till) => {
  const queue = diskQueue({ folder: join(folder, String(till)) });
  const tracker = createTracker({ endpoint, writeKey, queue, context: { channel: 'till' } });
  tracker.on('error', () => errors++);
  return tracker;
});

const receipt = (till, number) =>
  orderCompleted({
    orderId: number,
    shop: `shop-${till}`,
    till: 1,
    at: new Date(),
    currency: 'RUB',
    total: '1990.10',
    phone: `+7999${String(1_000_000 + ((number * 7919) % 9_000_000))}`,
    lines: Array.from({ length: 1 + (number % 8) }, (_, line) => ({
      productId: `A-${line}`,
      name: 'Молоко 3,2 % 1 л',
      price: '99.50',
      quantity: 2,
    })),
  });

// Tills are not started with a sale, nor all in one second.
for (const [till, tracker] of trackers.entries()) {
  await tracker.track({ event: 'Till Opened', userId: `till-${till}` }).stored();
  await tracker.flush();
}

/** Transactions that a queue has flushed, by the two meta pages of its file (MDB_meta, mm_txnid). */
const commitsOf = async (till) => {
  const file = await openFile(join(folder, String(till), 'queue.mdb'));
  const { buffer } = await file.read(Buffer.alloc(8192), 0, 8192, 0);
  await file.close();
  return Math.max(...[152, 4096 + 152].map((at) => Number(buffer.readBigUInt64LE(at))));
};
const allCommits = async () => {
  let sum = 0;
  for (let till = 0; till < tills; till++) sum += await commitsOf(till);
  return sum;
};
const commitsBefore = await allCommits();

const durable = [];
const open = new Set();
const sell = (number) => {
  const till = Math.floor(Math.random() * tills);
  const started = performance.now();
  const stored = trackers[till]
    .track(receipt(till, number))
    .stored()
    .then(() => durable.push(performance.now() - started));
  open.add(stored);
  void stored.finally(() => open.delete(stored));
};

const bare = [];
let isSelling = true;
const probe = async () => {
  const file = await openFile(join(folder, 'bare'), 'w');
  const bytes = Buffer.alloc(1024, 'x');
  while (isSelling) {
    const before = performance.now();
    await file.write(bytes);
    await file.datasync();
    bare.push(performance.now() - before);
    await wait(10);
  }
  await file.close();
};
const probing = probe();

const started = performance.now();
let made = 0;
// Random moments of one rate (a Poisson process), as customers come.
for (let next = 0; next < seconds * 1000; next += (-Math.log(1 - Math.random()) * 1000) / rate) {
  const early = next - (performance.now() - started);
  if (early > 1) await wait(early);
  sell(++made);
}
await Promise.all(open);
isSelling = false;
await probing;
const took = performance.now() - started;
let pending = 0;
for (const tracker of trackers) pending += (await tracker.close({ timeout: 30_000 })).pending;
const commits = (await allCommits()) - commitsBefore;
const rss = process.resourceUsage().maxRSS;
console.log(JSON.stringify({ made, took, durable, bare, commits, pending, errors, rss }));
