import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import koffi from 'koffi';
import { shareArenas } from '../../src/arenas.ts';

// Writes down glibc's arenas, starts threads, and writes them down again. The first argument says whether the arenas are shared.
const writeArenas = koffi.load(null).func('void malloc_stats()');
const mark = (name: string): void => {
  process.stderr.write(`# ${name}\n`);
  writeArenas();
};

if (process.argv[2] === 'shared' && !(await shareArenas())) throw new Error('not done');
mark('before');
const threads = Array.from({ length: 6 }, () => {
  const program = `const { parentPort } = require('node:worker_threads');
    parentPort.on('message', () => process.exit());
    parentPort.postMessage(Buffer.alloc(1000).length);`;
  return new Worker(program, { eval: true, execArgv: [] });
});
await Promise.all(threads.map((thread) => once(thread, 'message')));
mark('after');
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
for (const thread of threads) thread.postMessage('end');
