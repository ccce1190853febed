import { NitkaError } from '@nitka/core';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createSettler } from '../../src/loader/settler.ts';
import type { SettleFailure } from '../../src/loader/settler.ts';

it('tells what keeps the index from taking anything in, and since when, until it does', async () => {
  const full = new NitkaError('spool_full', undefined, { cause: new Error('ENOSPC: no space left') });
  const failures: SettleFailure[] = [];
  let time = 1000;
  let error: Error | null = full;
  const settler = createSettler({
    async settle() {
      time += 1000;
      if (error) throw error;
    },
    // Nobody waits for the pauses.
    clock: { ...systemClock, now: () => time, setTimeout: (task) => setTimeout(task, 1) },
    onSettled: () => undefined,
    onFailure: (failure) => void failures.push(failure),
  });
  expect(settler.trouble()).toBeNull();
  settler.wake();
  await expect.poll(() => failures.length).toBeGreaterThan(2);
  expect(failures[0]).toEqual({ code: 'spool_full', message: 'ENOSPC: no space left' });
  expect(settler.trouble()).toEqual({ code: 'spool_full', since: 2000, refuses: false });
  error = new RangeError('of ours');
  await expect.poll(() => settler.trouble()?.code).toBe('internal_error');
  expect(failures.at(-1)).toEqual({ code: 'internal_error', message: 'of ours' });
  error = null;
  await expect.poll(() => settler.trouble()).toBeNull();
  await settler.stop();
});
