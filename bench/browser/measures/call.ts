import type { Browser } from 'playwright-core';
import type { BenchServer } from '../server.ts';
import type { Subject } from '../subjects/subject.ts';
import { newVisitor, visit } from '../visitor.ts';
import { slowdown } from './start.ts';
import { sleep } from './waiting.ts';

export interface CallTimes {
  /** Microseconds, the median of the calls. */
  readonly median: number;
  /** Microseconds, what 95 of 100 calls stay below. */
  readonly p95: number;
  /** Main-thread CPU milliseconds of all calls with everything they cause later, per 100 events. */
  readonly cpuPer100: number;
}

const calls = 200;

/** Times single `track` calls, 10 ms apart, and what the main thread works for them in all. */
export const measureCall = async (
  browser: Browser,
  server: BenchServer,
  subject: Subject,
): Promise<CallTimes> => {
  const visitor = await newVisitor(browser);
  try {
    const page = await visit(visitor, server.lane(subject));
    await sleep(1500);
    const session = await visitor.newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    const cpu = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
    };
    const run = (touches: boolean): Promise<number[]> =>
      page.evaluate(
        async ([total, tracks]) => {
          const times: number[] = [];
          for (let i = 0; i < total; i++) {
            const properties = {
              mark: `c-${i}`,
              run: 'call',
              title: 'Студия, 24 м²',
              price: 7_450_000,
              list: 'search',
            };
            const start = performance.now();
            if (tracks) window.bench.track(properties);
            times.push((performance.now() - start) * 1000);
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
          return times;
        },
        [calls, touches] as const,
      );
    // The same loop without calls, and the same wait after it: what the loop, the timers and the page cost.
    const first = await cpu();
    await run(false);
    await sleep(6000);
    const second = await cpu();
    const times = (await run(true)).toSorted((a, b) => a - b);
    await sleep(6000);
    const third = await cpu();
    return {
      median: times[calls / 2]!,
      p95: times[Math.floor(calls * 0.95)]!,
      cpuPer100: ((third - second - (second - first)) * 1000 * 100) / calls,
    };
  } finally {
    await visitor.close();
  }
};
