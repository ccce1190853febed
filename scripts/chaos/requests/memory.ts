import { readFileSync } from 'node:fs';

/** What the probe wrote of one thread (pollution-probe.mjs). */
interface Line {
  readonly sample: number;
  readonly threadId: number;
  readonly heapUsed: number;
  readonly external: number;
  /** Of the whole process, from its main thread alone. */
  readonly rss: number;
}

/** Megabytes at one moment. */
export interface Sample {
  /** What the heaps of all threads hold after a collection, buffers included. */
  readonly heap: number;
  /** Resident and not of a file. */
  readonly resident: number;
}

const megabyte = 1024 * 1024;

/** The samples in the probe's file; none if there is none yet. */
export const readSamples = (file: string): Sample[] => {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  const samples = new Map<number, { heap: number; resident: number }>();
  for (const line of text.split('\n').slice(0, -1)) {
    const { sample, heapUsed, external, rss } = JSON.parse(line) as Line;
    const sum = samples.get(sample) ?? { heap: 0, resident: 0 };
    sum.heap += (heapUsed + external) / megabyte;
    sum.resident += rss / megabyte;
    samples.set(sample, sum);
  }
  return [...samples].sort(([a], [b]) => a - b).map(([, sum]) => sum);
};

export interface Trend {
  /** At the end of the line through the second half of the numbers. */
  readonly end: number;
  /** How much that line rises from its beginning to its end. */
  readonly rise: number;
}

/**
 * The second half of the numbers, as a line. The first warms up: code is compiled, caches and pools fill. Of the slopes between all pairs
 * the median is taken (Theil and Sen), so that a single peak says nothing.
 */
export const trendOf = (numbers: readonly number[]): Trend => {
  const half = numbers.slice(Math.floor(numbers.length / 2));
  const slopes = half.flatMap((from, at) => half.slice(at + 1).map((to, after) => (to - from) / (after + 1)));
  const middle = (all: readonly number[]): number =>
    [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
  const slope = middle(slopes);
  const start = middle(half.map((number, at) => number - slope * at));
  const last = Math.max(half.length - 1, 0);
  return { end: start + slope * last, rise: slope * last };
};

/** Samples that are enough to tell a rise from the noise. */
const enough = 30;
/** What may be: a heap is collected, what is resident is the allocator's to give back. */
const allowed = { heap: { part: 0.05, megabytes: 8 }, resident: { part: 0.1, megabytes: 32 } };

/** What grows, in words; null if nothing does, or there are too few samples to say. */
export const growthOf = (samples: readonly Sample[]): string | null => {
  if (samples.length < enough) return null;
  for (const kind of ['heap', 'resident'] as const) {
    const { end, rise } = trendOf(samples.map((sample) => sample[kind]));
    const { part, megabytes } = allowed[kind];
    if (rise > (end - rise) * part + megabytes)
      return `memory (${kind}) rose by ${rise.toFixed(0)} MB to ${end.toFixed(0)} MB in the second half`;
  }
  return null;
};
