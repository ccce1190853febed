// Settles and loads what the main thread appends, in small portions, until it is told where the end is; then says what it has read.
import { parentPort, workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { openSpool } = await import('../../src/spool/spool.ts');
const { folder, follows } = workerData;
const spool = openSpool({ folder, follows });
const ids = [];
let end = Infinity;
parentPort.once('message', (head) => (end = head));
let next = 1;
while (next < end) {
  await spool.settle();
  const to = Math.min(spool.head(), next + 50);
  for (const { first, chunk } of spool.read(next, to))
    for (const [index, { columns }] of chunk.entries.entries())
      if (first + index >= next && first + index < to) ids.push(columns.messageId);
  await spool.transact(() => {
    for (const [source, count] of spool.count(next, to)) spool.ledger.editLoaded(source, 'd').loaded += count;
    spool.saveCursor('d', { next: to, ranges: [] });
    spool.release(['d']);
  });
  next = to;
}
await spool.close();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort.postMessage(ids);
