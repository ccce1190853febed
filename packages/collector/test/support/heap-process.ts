/** Prints the most bytes of heap in use while objects die old, with the heap tuned (`tuned`) or not. */
import { tuneHeap } from '../../src/heap-tuning.ts';

if (process.argv[2] === 'tuned') tuneHeap();
const living = Array.from({ length: 50_000 }, (_, index) => ({ index, text: `${index} of many` }));
const waiting: object[][] = [];
let peak = 0;
for (let round = 0; round < 4000; round += 1) {
  // Each lives long enough to be among the old ones.
  waiting.push(Array.from({ length: 2000 }, (_, index) => ({ round, index })));
  if (waiting.length > 200) waiting.shift();
  peak = Math.max(peak, process.memoryUsage().heapUsed);
}
console.log(living.length > 0 ? peak : 0);
