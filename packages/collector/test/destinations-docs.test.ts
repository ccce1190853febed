import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseConfig } from '../src/config-file.ts';
import { createDestination, destinationTypes } from '../src/destinations/index.ts';
import { temporaryFolder } from './support/collector.ts';

const text = readFileSync(new URL('../../../docs/destinations.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/```json ?(\w*)\n([\s\S]*?)```/g)].map(([, kind = '', json = '']) => ({
  kind,
  value: JSON.parse(json) as Record<string, unknown>,
}));

describe('docs/destinations.md', () => {
  it('shows a config of every destination that it takes', async () => {
    vi.stubEnv('WAREHOUSE_URL', 'postgres://user@warehouse.example/db');
    vi.stubEnv('CLICKHOUSE_URL', 'https://clickhouse.example:8443');
    vi.stubEnv('KAFKA_BROKERS', 'one.example:9093,two.example:9093');
    vi.stubEnv('KAFKA_USER', 'u');
    vi.stubEnv('KAFKA_PASSWORD', 'p');
    onTestFinished(() => void vi.unstubAllEnvs());
    const folder = temporaryFolder();
    const shown = blocks.filter(({ kind }) => kind === '').map(({ value }) => value);
    for (const value of shown) {
      const options = { name: String(value['type']), ...value, type: String(value['type']) };
      const destination = await createDestination(options, folder);
      expect(destination.load).toBeTypeOf('function');
    }
    expect(new Set(shown.map(({ type }) => type))).toEqual(new Set(destinationTypes));
  });

  it('shows a config of the collector that it takes', () => {
    const [config] = blocks.filter(({ kind }) => kind === 'collector');
    expect(parseConfig(config!.value, temporaryFolder()).destinations).toHaveLength(2);
  });
});
