import { sendLoad, startCollector } from '../collector/processes.ts';
import type { BenchCollector } from '../collector/processes.ts';
import type { Destination, Lag, PipelineRound } from './results.ts';

/** Events a second that the machine bears for hours. */
const steadyRate = 10_000;
const sampleEvery = 100;

/** The share of the samples below. */
const quantile = (values: readonly number[], part: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? NaN);
};

/** While the work is on: how old what has no row yet is. */
const watchLag = async <T>(
  { port }: BenchCollector,
  work: () => Promise<T>,
): Promise<{ result: T; lag: Lag }> => {
  const ages: number[] = [];
  const sample = async (): Promise<void> => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const seconds = /^nitka_destination_behind_seconds(?:{[^}]*})? (\S+)$/m.exec(text)?.[1];
    if (seconds !== undefined) ages.push(Number(seconds) * 1000);
  };
  const timer = setInterval(() => void sample().catch(() => undefined), sampleEvery);
  try {
    const result = await work();
    return { result, lag: { p50: quantile(ages, 0.5), p99: quantile(ages, 0.99) } };
  } finally {
    clearInterval(timer);
  }
};

/**
 * All that was answered for, divided by the time until all of it was in the table, and how far the rows are behind meanwhile. Then the
 * same lag at a steady rate.
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
    const full = await watchLag(collector, () => sendLoad({ ...load, seconds }));
    await collector.loaded();
    const rowsPerSecond = Math.round((full.result.accepted / (performance.now() - began)) * 1000);
    const steady = await watchLag(collector, () => sendLoad({ ...load, seconds, rate: steadyRate }));
    await collector.loaded();
    return {
      destination: label,
      answeredPerSecond: full.result.eventsPerSecond,
      rowsPerSecond,
      lag: full.lag,
      steadyPerSecond: steady.result.eventsPerSecond,
      steadyLag: steady.lag,
      memory: collector.memory(),
    };
  } finally {
    await collector.discard();
  }
};
