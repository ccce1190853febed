import { expect, it } from 'vitest';
import { run } from '../scripts/chaos/node-disk.ts';

/** A few of the rounds of `pnpm chaos --target node-disk`. */
it('kill -9 of programs with a disk queue and of the collector: every stored event is one row', async () => {
  const lines: string[] = [];
  const seed = Number(process.env['NITKA_SEED'] ?? 20261122);
  const isWhole = await run({ rounds: 3, seed, log: (line) => lines.push(line) });
  expect(isWhole, lines.join('\n')).toBe(true);
}, 600_000);
