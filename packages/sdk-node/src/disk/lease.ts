import { NitkaError, type Lock } from '@nitka/core';
import type { Environment } from './environment.ts';

/** Who sends from this folder. */
interface Lease {
  readonly owner: string;
  readonly pid: number;
  readonly host: string;
  /** Raised while the owner lives. */
  readonly beat: number;
}

export interface LeaseParts {
  readonly environment: Environment;
  /** Unique to this queue object. */
  readonly owner: string;
  readonly pid: number;
  readonly host: string;
  /** False when no process of this machine has the id. */
  readonly isAlive: (pid: number) => boolean;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number;
}

export interface SenderLease {
  readonly lock: Lock;
  /** Gives the lease back for good: the queue is closed. */
  close(): Promise<void>;
}

/** Milliseconds: between two beats, without a beat until the owner counts as dead, between two looks, unused until released. */
const times = { beat: 1000, dead: 10_000, look: 100, idle: 250 };

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, milliseconds).unref());

/**
 * One sender at a time among the processes that share a folder. An owner that was killed is known by its process id;
 * one that hangs, or whose id went to another process, by a beat that stands still on the watcher's own clock, so that
 * no jump of the time of day matters. Should an owner wake up again beside its successor, both send for a moment the
 * same messageIds, which the collector counts once.
 */
export const createSenderLease = (parts: LeaseParts): SenderLease => {
  const { environment, owner, pid, host } = parts;
  const { meta } = environment;
  let isHeld = false;
  let isClosed = false;
  let taking: Promise<boolean> | undefined;
  let users = 0;
  let beating: NodeJS.Timeout | undefined;
  let leaving: NodeJS.Timeout | undefined;
  let seen: { readonly owner: string; readonly beat: number; readonly since: number } | undefined;

  const current = (): Lease | undefined => meta.get('sender') as Lease | undefined;

  const isDead = (lease: Lease): boolean => {
    if (lease.host === host && !parts.isAlive(lease.pid)) return true;
    const now = parts.monotonic();
    if (seen?.owner !== lease.owner || seen.beat !== lease.beat) {
      seen = { owner: lease.owner, beat: lease.beat, since: now };
    }
    return now - seen.since > times.dead;
  };

  const put = (beat: number): void => {
    meta.putSync('sender', { owner, pid, host, beat } satisfies Lease);
  };

  const isTaken = (): boolean => {
    const lease = current();
    return lease !== undefined && lease.owner !== owner && !isDead(lease);
  };

  const take = async (): Promise<boolean> =>
    // Looking first: a transaction would stand in the way of the other process.
    !isTaken() &&
    (await environment.urgent(() => {
      if (isTaken()) return false;
      put(0);
      return true;
    }));

  const beat = async (): Promise<void> => {
    isHeld = await environment.transaction(() => {
      const lease = current();
      if (lease?.owner !== owner) return false;
      put(lease.beat + 1);
      return true;
    });
  };

  const release = async (): Promise<void> => {
    clearInterval(beating);
    clearTimeout(leaving);
    beating = undefined;
    if (!isHeld) return;
    isHeld = false;
    await environment.transaction(() => {
      if (current()?.owner === owner) meta.removeSync('sender');
    });
  };

  /** Kept between two batches of one drain: taking it costs a flush to the disk. */
  const releaseSoon = (): void => {
    clearTimeout(leaving);
    leaving = setTimeout(() => void release().catch(() => {}), times.idle).unref();
  };

  const hold = async (): Promise<void> => {
    while (!isHeld) {
      if (isClosed) throw new NitkaError('tracker_closed');
      taking = take();
      isHeld = await taking;
      if (!isHeld) await wait(times.look);
    }
  };

  return {
    async close() {
      isClosed = true;
      // A lease that is on its way and is left in place would bar the next owner for a while.
      if (await taking?.catch(() => false)) isHeld = true;
      await release();
    },
    async lock(task) {
      users++;
      clearTimeout(leaving);
      try {
        await hold();
        if (!isClosed) beating ??= setInterval(() => void beat().catch(() => {}), times.beat).unref();
        return await task();
      } finally {
        users--;
        if (users === 0 && !isClosed) releaseSoon();
      }
    },
  };
};
