import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageIds } from '../../packages/collector/bench/bodies.ts';
import { createDestination } from '../../packages/collector/src/destinations/index.ts';
import type { Row } from '../../packages/collector/src/row.ts';
import { median } from '../shared/statistics.ts';
import type { Destination, GrowthStep } from './results.ts';

const perLoad = 10_000;
/** Loads of which the median counts. */
const sampled = 5;

const payload = (id: string, order: number): Buffer =>
  Buffer.from(
    `{"type":"track","messageId":"${id}","event":"Product Viewed","properties":{"product_id":"p-${order % 5000}","price":${order},"currency":"RUB"},"context":{"page":{"path":"/flats/${order % 700}","title":"Flats"},"campaign":{"source":"yandex","medium":"cpc"}}}`,
  );

const rowOf = (order: number): Row => {
  const id = messageIds['version 7']();
  return {
    message_id: id, type: 'track', event: 'Product Viewed', anonymous_id: `visitor-${order % 50_000}`, server_visitor_id: null, user_id: null,
    session_id: `session-${order % 90_000}`, sequence: order, phone: null, email: null, occurred_at: Date.now(), original_timestamp: Date.now(),
    sent_at: Date.now(), received_at: Date.now(), source: 'site', source_kind: 'browser', library: 'nitka-browser/0.1.0', ip: '203.0.113.0',
    user_agent: `Mozilla/5.0 Chrome/${order % 40}`, bot: null, payload: payload(id, order), batch_context: null,
  }; // prettier-ignore
};

/** Loads a table ever fuller, without a collector around it. */
export const measureGrowth = async (
  { label, config }: Destination,
  steps: readonly number[],
): Promise<GrowthStep[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'nitka-bench-'));
  const destination = await createDestination({ name: config.type, ...config }, folder);
  await destination.open();
  const found: GrowthStep[] = [];
  let rows = 0;
  const load = async (): Promise<{ wall: number; cpu: number }> => {
    const events = Array.from({ length: perLoad }, (_, index) => rowOf(rows + index));
    const cpu = process.cpuUsage();
    const began = performance.now();
    await destination.load({ id: `growth-${rows}`, events, rejects: [], loadedAt: Date.now() });
    const { user, system } = process.cpuUsage(cpu);
    rows += perLoad;
    return { wall: performance.now() - began, cpu: (user + system) / perLoad };
  };
  for (const step of steps) {
    while (rows < step) await load();
    const before = rows;
    const loads = [];
    for (let index = 0; index < sampled; index += 1) loads.push(await load());
    found.push({
      destination: label,
      rows: before,
      milliseconds: Math.round(median(loads.map(({ wall }) => wall))),
      cpuPerRow: Number(median(loads.map(({ cpu }) => cpu)).toFixed(1)),
    });
  }
  await destination.close();
  rmSync(folder, { recursive: true, force: true });
  return found;
};
