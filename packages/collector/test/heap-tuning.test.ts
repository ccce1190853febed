import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('support/heap-process.ts', import.meta.url));

const peakOf = async (way: string, ...options: string[]): Promise<number> => {
  const command = [...options, '--import', 'tsx', program, way];
  return Number((await promisify(execFile)(process.execPath, command)).stdout);
};

it('keeps dead objects from gathering, unless an operator has said how many may', async () => {
  const usual = await peakOf('usual');
  expect(usual).toBeGreaterThan(0);
  expect(await peakOf('tuned')).toBeLessThan(usual * 0.85);
  expect(await peakOf('tuned', '--heap_growing_percent=300')).toBeGreaterThan(usual * 0.85);
});
