import type { Lane } from '../server.ts';

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Waits until all test events have arrived and 2 s more for copies, or until nothing has arrived for so long
 * that no library's timer can be the reason (the slowest of them sends each 5 s).
 *
 * @param patience milliseconds without an arrival
 */
export const quiet = async (lane: Lane, events: number, patience = 12_000): Promise<void> => {
  const started = performance.now();
  for (;;) {
    const since = performance.now() - Math.max(lane.lastArrival, started);
    if (since > (lane.arrivals.size >= events ? 2000 : patience)) return;
    await sleep(100);
  }
};
