import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { importDuckdb } from '../../packages/collector/src/destinations/duckdb-append.ts';
import { sendLoad } from '../collector/processes.ts';
import { countsSql, startWithoutWarehouse } from '../collector/stopped.ts';
import { describeMachine } from '../shared/machine.ts';
import type { Backlog, BacklogSample } from './results.ts';

/** Each has visitors of its own, whose sequence begins anew. */
const parts = 10;

const memoryOf = (pid: number): Pick<BacklogSample, 'anonymous' | 'mapped'> => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024);
  return { anonymous: field('RssAnon'), mapped: field('RssFile') + field('RssShmem') };
};

/** Not by the collector: counting five million ids needs memory of its own. */
const look = async (path: string): Promise<Pick<Backlog, 'rows' | 'ids' | 'outOfOrder'>> => {
  const { api } = await importDuckdb();
  const instance = await api.DuckDBInstance.create(path, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const found = await connection.runAndReadAll(countsSql);
  const [rows, ids, outOfOrder] = (found.getRows()[0] ?? []).map(Number);
  connection.closeSync();
  instance.closeSync();
  return { rows: rows ?? 0, ids: ids ?? 0, outOfOrder: outOfOrder ?? 0 };
};

/** Resolves with rows a second, from the first load on: the collector tries an absent warehouse twice a minute. */
const drain = async (waiting: () => Promise<number>, events: number): Promise<number> => {
  let began: { readonly at: number; readonly left: number } | null = null;
  for (;;) {
    const left = await waiting();
    if (left < events) began ??= { at: performance.now(), left };
    if (left === 0 && began) return Math.round((began.left / (performance.now() - began.at)) * 1000);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/**
 * The warehouse cannot be opened while so many events are accepted; then it can, and all that waits is loaded.
 *
 * @param tell each sample, as it is taken
 * @throws Error if the table has other rows than those that were accepted, or a visitor's in another order
 */
export const measureBacklog = async (
  events: number,
  connections: number,
  tell: (sample: BacklogSample) => void,
): Promise<Backlog> => {
  const { collector, letIn, database } = await startWithoutWarehouse();
  const samples: BacklogSample[] = [];
  let isRunning = true;
  const began = performance.now();
  const sample = async (): Promise<void> => {
    const waiting = await collector.waiting().catch(() => NaN);
    const second = Math.round((performance.now() - began) / 1000);
    const taken = { second, waiting, ...memoryOf(collector.pid) };
    samples.push(taken);
    tell(taken);
  };
  let sampling = Promise.resolve();
  /** One after the other, and none that nobody waits for once the collector has gone. */
  const takeSample = (): Promise<void> => (sampling = sampling.then(sample));
  const watch = setInterval(() => void takeSample(), 2000);
  try {
    let accepted = 0;
    for (let part = 0; part < parts; part += 1) {
      const total = Math.ceil(events / parts);
      const visitors = part * connections;
      const sent = await sendLoad({ port: collector.port, events: 20, connections, total, visitors });
      accepted += sent.accepted;
    }
    const acceptedPerSecond = Math.round((accepted / (performance.now() - began)) * 1000);
    await takeSample();
    letIn();
    const loadedPerSecond = await drain(collector.waiting, accepted);
    clearInterval(watch);
    await takeSample();
    isRunning = false;
    await collector.stop();
    const found = await look(database);
    if (found.rows !== accepted || found.ids !== accepted || found.outOfOrder > 0)
      throw new Error(`accepted ${accepted}, found ${JSON.stringify(found)}`);
    const date = new Date().toISOString().slice(0, 10);
    return {
      date,
      machine: describeMachine(),
      events: accepted,
      acceptedPerSecond,
      loadedPerSecond,
      ...found,
      samples,
    };
  } finally {
    clearInterval(watch);
    if (isRunning) await collector.stop();
    await rm(collector.folder, { recursive: true, force: true });
  }
};
