import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBody } from '../../packages/collector/bench/bodies.ts';

export interface SyncFigures {
  readonly eventsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** The floor of the disk: `together` bodies of `events` each are appended to a file, then `fdatasync`, again and again. */
export const measureSync = (events: number, together: number, seconds: number): SyncFigures => {
  const folder = mkdtempSync(join(tmpdir(), 'nitka-bench-'));
  const file = openSync(join(folder, 'log'), 'w');
  const body = Buffer.from(makeBody('nb_bench_key_0000', events));
  const group = Buffer.concat(Array.from({ length: together }, () => body));
  const latencies: number[] = [];
  const began = performance.now();
  while (performance.now() - began < seconds * 1000) {
    const from = performance.now();
    writeSync(file, group);
    fdatasyncSync(file);
    latencies.push(performance.now() - from);
  }
  const took = (performance.now() - began) / 1000;
  closeSync(file);
  rmSync(folder, { recursive: true, force: true });
  latencies.sort((a, b) => a - b);
  const at = (part: number): number =>
    Number((latencies[Math.floor(latencies.length * part)] ?? NaN).toFixed(2));
  const eventsPerSecond = Math.round((latencies.length * together * events) / took);
  return { eventsPerSecond, p50: at(0.5), p99: at(0.99) };
};
