import { readFileSync } from 'node:fs';
import { describe, expect, it, vi, onTestFinished } from 'vitest';
import { parseConfig } from '../src/config-file.ts';
import { resolveKafkaSpool } from '../src/kafka/spool-options.ts';

const text = readFileSync(new URL('../../../docs/scaling.md', import.meta.url), 'utf8');
const block = (kind: string): unknown => {
  const found = new RegExp(`\`\`\`json ${kind}\n([\\s\\S]*?)\`\`\``).exec(text)?.[1];
  return JSON.parse(found ?? 'null');
};

interface Assumptions {
  readonly users: number;
  readonly visitsAUserAMonth: number;
  readonly eventsAVisit: number;
  readonly ordersAMinute: number;
  readonly visitsAnOrder: number;
  readonly eventsARequest: number;
  readonly busyPart: number;
}
interface Measured {
  readonly bytesAnEvent: number;
  readonly singleEventsASecond: number;
  readonly batchedEventsASecond: number;
  readonly eventsABatch: number;
  readonly rowsASecond: number;
  readonly clickhouseBytesARow: number;
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');

/** The sums of the page, from what it assumes and what was measured. */
const sums = (assumed: Assumptions, measured: Measured, times: number): Record<string, string> => {
  const eventsAMonth = assumed.users * assumed.visitsAUserAMonth * assumed.eventsAVisit * times;
  const peak = (assumed.ordersAMinute * assumed.visitsAnOrder * assumed.eventsAVisit * times) / 60;
  // Two measurements give what a request costs and what an event of it costs.
  const single = 1 / measured.singleEventsASecond;
  const batch = measured.eventsABatch / measured.batchedEventsASecond;
  const event = (batch - single) / (measured.eventsABatch - 1);
  const request = single - event + event * assumed.eventsARequest;
  const processes = (seconds: number): number => Math.ceil(seconds / assumed.busyPart);
  return {
    'events a month': `${whole(eventsAMonth / 1e6)} million`,
    'rows a day': `${whole(eventsAMonth / 30 / 1e6)} million`,
    'events a second, average': whole(eventsAMonth / 30 / 86_400),
    'events a second, peak': whole(peak),
    'requests a second, peak': whole(peak / assumed.eventsARequest),
    'collectors at the peak': whole(processes((peak / assumed.eventsARequest) * request)),
    'loaders to follow the peak': whole(processes(peak / measured.rowsASecond)),
    'MB a second into Kafka, peak': whole((peak * measured.bytesAnEvent) / 1e6),
    'GB in Kafka, 14 days, 3 replicas': whole((eventsAMonth / 30) * 14 * 3 * measured.bytesAnEvent * 1e-9),
    'GB a month in ClickHouse, 2 replicas': whole(eventsAMonth * 2 * measured.clickhouseBytesARow * 1e-9),
  };
};

describe('docs/scaling.md', () => {
  it('shows configs that the collector takes', () => {
    vi.stubEnv('KAFKA_BROKERS', 'one.example:9092');
    onTestFinished(() => void vi.unstubAllEnvs());
    const config = parseConfig(block('collector'), '/tmp');
    expect(resolveKafkaSpool(config.spool.kafka!).minInsyncReplicas).toBe(2);
  });

  it('sums up right', () => {
    const assumed = block('assumed') as Assumptions;
    const measured = block('measured') as Measured;
    const once = sums(assumed, measured, 1);
    const hundred = sums(assumed, measured, 100);
    const rows = [...text.matchAll(/^\| ([^|]+?) +\| +([^|]+?) +\| +([^|]+?) +\|$/gm)];
    const shown = Object.fromEntries(rows.map(([, name, first, second]) => [name!, [first, second]]));
    for (const name of Object.keys(once))
      expect({ name, shown: shown[name] }).toEqual({ name, shown: [once[name], hundred[name]] });
  });
});
