// The program of a worker, from source. A body that says so ends its thread in the middle of the work.
import { parentPort, workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { runWorker } = await import('../../src/workers/worker.ts');
const port = Object.create(parentPort, {
  on: {
    value: (name, listener) =>
      parentPort.on(name, (message) => {
        if (message.bytes && Buffer.from(message.bytes).includes('ends the thread')) process.exit(1);
        listener(message);
      }),
  },
  postMessage: { value: (...message) => parentPort.postMessage(...message) },
  close: { value: () => parentPort.close() },
});
await runWorker(port, workerData);
