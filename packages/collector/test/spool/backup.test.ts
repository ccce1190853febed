import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { backUpSpool, dataFile } from '../../src/spool/backup.ts';
import type { BackUpParts } from '../../src/spool/backup.ts';
import { temporaryFolder } from '../support/collector.ts';

const setUp = (failures: number) => {
  let pinned = false;
  let left = failures;
  const parts = {
    environment: {
      root: { backup: async (to: string) => writeFileSync(join(to, dataFile), 'index') },
    } as unknown as BackUpParts['environment'],
    segments: { list: () => [] } as unknown as BackUpParts['segments'],
    releases: {
      pin: (now: boolean) => void (pinned = now),
      needed: () => [],
    } as unknown as BackUpParts['releases'],
    async transact(write: () => void) {
      // The one that pins succeeds.
      if (pinned && left > 0) {
        left -= 1;
        throw new Error('ENOSPC');
      }
      write();
    },
  };
  return { parts, pinned: () => pinned };
};

it('pins no files for ever when the transaction that lets them go fails', async () => {
  const { parts, pinned } = setUp(2);
  const folder = temporaryFolder();
  await backUpSpool(parts, folder);
  expect(pinned()).toBe(false);
});

it('tells why the copy failed, not that letting go did', async () => {
  const { parts, pinned } = setUp(1);
  const root = { backup: () => Promise.reject(new Error('no room for the copy')) };
  const failing = { ...parts, environment: { root } as unknown as BackUpParts['environment'] };
  await expect(backUpSpool(failing, temporaryFolder())).rejects.toThrow('no room for the copy');
  expect(pinned()).toBe(false);
});
