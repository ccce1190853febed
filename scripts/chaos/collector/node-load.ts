import { createTracker } from '../../../packages/sdk-node/dist/index.js';
import type { Random } from '../random.ts';

/** A backend that tracks with the Node SDK. */
export interface NodeLoad {
  /** Events that the SDK took. */
  readonly tracked: ReadonlySet<string>;
  pause(): void;
  /** Tracks nothing more; resolves with true once all is delivered, with false after so many milliseconds in which nothing was. */
  finish(milliseconds: number): Promise<boolean>;
  dropped(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

export const startNodeLoad = (port: number, writeKey: string, random: Random): NodeLoad => {
  const tracker = createTracker({
    endpoint: `http://127.0.0.1:${port}`,
    writeKey,
    flushAt: 20,
    flushInterval: 30,
    requestTimeout: 3000,
    backoffBase: 50,
    backoffCap: 500,
    concurrency: 2,
    shutdown: false,
    gzip: random.chance(0.5),
  });
  // Without a listener a failed delivery would be printed.
  tracker.on('error', () => undefined);
  const tracked = new Set<string>();
  const timer = setInterval(() => {
    for (let count = random.between(1, 5); count > 0; count--) {
      const call = tracker.track({ userId: 'till', event: 'Probe', properties: { n: tracked.size } });
      if (call.accepted) tracked.add(call.messageId);
    }
  }, 25);
  return {
    tracked,
    pause: () => clearInterval(timer),
    async finish(milliseconds) {
      clearInterval(timer);
      let until = Date.now() + milliseconds;
      let least = Infinity;
      while (tracker.stats().pending > 0 && Date.now() < until) {
        await tracker.flush({ timeout: 2000 });
        await sleep(50);
        const { pending } = tracker.stats();
        if (pending >= least) continue;
        least = pending;
        until = Date.now() + milliseconds;
      }
      return tracker.stats().pending === 0;
    },
    dropped: () => tracker.stats().dropped,
    async close() {
      clearInterval(timer);
      await tracker.close({ timeout: 0 });
    },
  };
};
