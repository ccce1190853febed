import { describe, expect, it } from 'vitest';
import { run } from '../scripts/chaos/collector.ts';
import { needsServer, title } from './support/servers.ts';

/** A handful: `pnpm chaos` goes through hundreds (docs/durability-proof.md). */
const rounds = 4;
const patience = 400_000;

const prove = async (destination: string): Promise<void> => {
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  expect(await run({ rounds, seed: 0, destination, page: false, log }), lines.join('\n')).toBe(true);
};

const postgres = needsServer('postgres');
describe.skipIf(postgres.missing)(title('PostgreSQL', postgres), () => {
  it('every event arrives once, though server, collector and network fail', { timeout: patience }, () =>
    prove('postgres'),
  );
});

const clickhouse = needsServer('clickhouse');
describe.skipIf(clickhouse.missing)(title('ClickHouse', clickhouse), () => {
  it('every event arrives once, though server, collector and network fail', { timeout: patience }, () =>
    prove('clickhouse'),
  );
});
