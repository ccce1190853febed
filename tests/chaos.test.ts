import { expect, it } from 'vitest';
import { run as runCollector } from '../scripts/chaos/collector.ts';
import { run as runRequests } from '../scripts/chaos/requests.ts';

/** A handful: `pnpm chaos` goes through hundreds (docs/durability-proof.md). */
const rounds = 5;
const patience = 400_000;

it(
  'every event arrives once in DuckDB, through kills, a full disk, damage to the spool’s index and log, and a bad network',
  { timeout: patience },
  async () => {
    const lines: string[] = [];
    const isProven = await runCollector({ rounds, seed: 0, log: (line) => lines.push(line) });
    expect(isProven, lines.join('\n')).toBe(true);
  },
);

it('10,000 hostile requests are answered as documented and harm nobody', { timeout: patience }, async () => {
  const lines: string[] = [];
  const isProven = await runRequests({ rounds: 10_000, seed: 3, log: (line) => lines.push(line) });
  expect(isProven, lines.join('\n')).toBe(true);
});
