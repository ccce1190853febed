import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { TestServer } from '../../../../tests/support/servers.ts';

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Test files take turns at a server that one of them kills. */
export const takeTurns = (...servers: readonly TestServer[]): void => {
  const locks = servers
    .filter(({ missing }) => !missing)
    .map(({ url }) => join(tmpdir(), `nitka-turn-${url.replace(/\W+/g, '-')}`))
    // In one order, so that two files never wait for each other.
    .sort();

  const take = (lock: string): boolean => {
    const owner = join(lock, 'pid');
    try {
      mkdirSync(lock);
      writeFileSync(owner, String(process.pid));
      return true;
    } catch {
      try {
        if (!runs(Number(readFileSync(owner, 'utf8')))) rmSync(lock, { recursive: true, force: true });
      } catch {
        // Its owner is about to write, or has just let go.
      }
      return false;
    }
  };

  beforeAll(async () => {
    for (const lock of locks) {
      while (!take(lock)) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }, 600_000);
  afterAll(() => {
    for (const lock of locks) rmSync(lock, { recursive: true, force: true });
  });
};
