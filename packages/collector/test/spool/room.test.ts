import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRoom } from '../../src/spool/room.ts';
import { temporaryFolder } from '../support/collector.ts';

const mebibyte = 1024 * 1024;

it('extends the file ahead of its use, and by no more than a transaction and a reserve need', () => {
  const file = join(temporaryFolder(), 'data');
  writeFileSync(file, 'used');
  let used = 4;
  const room = createRoom(file, () => used);
  const size = (): number => statSync(file).size;
  room.begin();
  room.take(100);
  const first = size();
  expect(first).toBeGreaterThanOrEqual(4 * mebibyte);
  expect(first).toBeLessThan(6 * mebibyte);
  // What was taken within one transaction adds up; a new one begins at what the last has really used.
  room.take(3 * mebibyte);
  const second = size();
  expect(second).toBeGreaterThanOrEqual(first + 2 * mebibyte);
  room.begin();
  room.take(2 * mebibyte);
  expect(size()).toBe(second);
  used = 5 * mebibyte;
  room.begin();
  room.take(100);
  expect(size()).toBeGreaterThanOrEqual(9 * mebibyte);
  room.close();
});
