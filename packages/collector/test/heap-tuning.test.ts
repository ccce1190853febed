import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, vi } from 'vitest';
import { tuneHeap } from '../src/heap-tuning.ts';

const { set } = vi.hoisted(() => ({ set: vi.fn<(flag: string) => void>() }));
vi.mock('node:v8', () => ({ setFlagsFromString: set }));

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

const growing = '--heap-growing-percent=60';
const pretenuring = '--no-allocation-site-pretenuring';

it.each([
  { own: [], set: [growing, pretenuring] },
  { own: ['--inspect', '--no-node-snapshot'], set: [growing, pretenuring] },
  { own: ['--heap_growing_percent=300'], set: [pretenuring] },
  { own: ['--allocation-site-pretenuring'], set: [growing] },
  { own: ['--noallocation_site_pretenuring', growing], set: [] },
])('sets what an operator who gives $own has not', ({ own, set: expected }) => {
  set.mockClear();
  tuneHeap(own);
  expect(set.mock.calls.flat()).toEqual(expected);
});
