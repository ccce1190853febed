// Settles what the main thread has appended, when it is given a sign, and gives one back.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { openSpool } = await import('../../src/spool/spool.ts');
const { folder, follows, signs } = workerData;
const spool = openSpool({ folder, follows });
const cells = new Int32Array(signs);
Atomics.wait(cells, 0, 0);
await spool.settle();
Atomics.store(cells, 1, 1);
await spool.close();
