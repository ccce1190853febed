import { setTimeout as wait } from 'node:timers/promises';
import type { Tracker } from '../tracker.ts';
import type { Progress } from './progress.ts';

/** Milliseconds between two attempts, beside the back-off of the delivery itself. */
const pause = 500;

/** Sends until nothing waits, or for `seconds`. The collector dictates the rate: its Retry-After is kept. */
export const drain = async (
  tracker: Tracker,
  { seconds, signal, progress }: { seconds: number; signal: AbortSignal; progress: Progress },
): Promise<void> => {
  const end = performance.now() + seconds * 1000;
  let sent = 0;
  const stop = tracker.on('sent', (batch) => {
    sent += batch.events;
    progress.update(sent, sent + tracker.stats().pending);
  });
  while (!signal.aborted) {
    const left = end - performance.now();
    if (left <= 0) break;
    const { pending } = await tracker.flush({ timeout: left });
    if (pending === 0) break;
    await wait(Math.min(pause, Math.max(0, end - performance.now())), undefined, { signal }).catch(() => {});
  }
  stop();
  progress.end();
};
