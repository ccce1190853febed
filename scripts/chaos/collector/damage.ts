import { randomBytes } from 'node:crypto';
import { closeSync, cpSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../random.ts';
import type { World } from './world.ts';

export const pageBytes = 4096;

const kinds: Readonly<Record<string, (page: Buffer) => void>> = {
  garbage: (page) => void randomBytes(page.length).copy(page),
  zeros: (page) => void page.fill(0),
  'half written': (page) => void randomBytes(page.length).copy(page, page.length >> 1),
  'bytes flipped': (page) => {
    for (let n = 0; n < 64; n++) page[Math.floor((n * page.length) / 64)]! ^= 0xff;
  },
};

/** Overwrites a part of a file; gives what with. */
export const overwrite = (path: string, position: number, length: number, random: Random): string => {
  const names = Object.keys(kinds);
  const name = names[random.between(0, names.length - 1)]!;
  const bytes = Buffer.alloc(length);
  const descriptor = openSync(path, 'r+');
  readSync(descriptor, bytes, 0, length, position);
  kinds[name]!(bytes);
  writeSync(descriptor, bytes, 0, length, position);
  closeSync(descriptor);
  return name;
};

export interface Damage {
  readonly what: string;
  /** True if nothing is missing for which there is no second witness: the collector has to start. */
  readonly isHarmless: boolean;
}

/**
 * Damages the spool while nobody runs. Either the collector starts and has everything, or it says `spool_corrupt` and does not; then
 * the copy of before is put back, as an operator would do.
 */
export const judgeDamage = async (
  { collector, spool, scratch }: World,
  damage: (spool: string) => Damage,
): Promise<string> => {
  await collector.end('SIGKILL');
  const copy = join(scratch, 'spool');
  rmSync(copy, { recursive: true, force: true });
  cpSync(spool, copy, { recursive: true });
  const { what, isHarmless } = damage(spool);
  const end = await collector.start();
  if (!end) return `${what}: nothing missing`;
  if (end.code !== 1 || !end.output.includes('spool_corrupt'))
    throw new Error(
      `${what}: ended with ${end.code ?? end.signal} and without the code: ${end.output.slice(-300)}`,
    );
  rmSync(spool, { recursive: true, force: true });
  cpSync(copy, spool, { recursive: true });
  const again = await collector.start();
  if (again) throw new Error(`the copy of the spool was not accepted: ${again.output.slice(-300)}`);
  if (isHarmless) throw new Error(`${what}: refused, and nothing was missing: ${end.output.slice(-300)}`);
  return `${what}: spool_corrupt`;
};
