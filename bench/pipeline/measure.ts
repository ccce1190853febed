import { sendLoad, startCollector } from '../collector/processes.ts';
import type { Destination, PipelineRound } from './results.ts';

/** Offered at most, and what the event-to-row lag is measured at: a load that the machine bears for hours. */
const steadyRate = 10_000;

/** The share of the samples below. */
const quantile = (values: readonly number[], part: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length * part)] ?? NaN);
};

/**
 * All that was answered for, divided by the time until all of it was in the table. Then, at a steady rate, how long an event takes to its
 * row: what waits, divided by the rate, twenty times a second.
 */
export const measurePipeline = async (
  { label, config }: Destination,
  seconds: number,
  connections: number,
): Promise<PipelineRound> => {
  const collector = await startCollector({ destinations: [config] });
  try {
    const load = { port: collector.port, events: 20, connections };
    await sendLoad({ ...load, seconds: 3 });
    await collector.loaded();
    const began = performance.now();
    const figures = await sendLoad({ ...load, seconds });
    await collector.loaded();
    const rowsPerSecond = Math.round((figures.accepted / (performance.now() - began)) * 1000);
    const lags: number[] = [];
    const watch = setInterval(() => {
      void collector.waiting().then((waiting) => lags.push((waiting / steadyRate) * 1000));
    }, 50);
    const steady = await sendLoad({ ...load, seconds, rate: steadyRate });
    clearInterval(watch);
    await collector.loaded();
    return {
      destination: label,
      answeredPerSecond: figures.eventsPerSecond,
      rowsPerSecond,
      steadyPerSecond: steady.eventsPerSecond,
      lagP50: quantile(lags, 0.5),
      lagP99: quantile(lags, 0.99),
      memory: collector.memory(),
    };
  } finally {
    await collector.discard();
  }
};
