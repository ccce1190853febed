import { NitkaError, type Lock } from '@nitka/core';
import { shareInProcess } from '../shared.ts';
import { openLeaseFile, type Lease } from './lease-file.ts';

export interface SenderParts {
  readonly folder: string;
  /** Unique to this queue object. */
  readonly owner: string;
  readonly pid: number;
  readonly thread: number;
  readonly host: string;
  /** False when no process of this machine has the id. */
  readonly isAlive: (pid: number) => boolean;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number;
  /** Runs a task while no other process runs one. */
  readonly exclusively: <T>(task: () => T) => Promise<T>;
  /** True while events stand in the queue that have arrived. */
  readonly hasArrived: () => boolean;
  /** Removes those, so that whoever sends next does not send them again. */
  readonly settle: () => Promise<void>;
}

export interface Sender {
  readonly lock: Lock;
  /** Gives the lease back for good: the queue is closed. */
  close(): Promise<void>;
}

/** Milliseconds. */
const times = {
  /** Between two beats. */
  beat: 2000,
  /** Without a beat until the owner counts as dead. */
  dead: 15_000,
  /** Between two looks at a lease that another has. */
  look: 100,
  /** Without use until the lease is given back. */
  idle: 250,
  /** The same at most, while what has arrived waits for an event to be removed with; also after a release that failed. */
  idleAtMost: 10_000,
};

/** Owners in this process: a record with our process id and another owner is of a process that had the id before us. */
const living = shareInProcess('owners.1', () => new Set<string>());

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, milliseconds).unref());

/**
 * One sender at a time among the processes that share a folder. An owner that was killed is known by its process id;
 * one that hangs, or whose id went to another process, by a beat that stands still on the watcher's own clock, so that
 * no jump of the time of day matters. Should an owner wake up again beside its successor, both send for a moment the
 * same messageIds, which the collector counts once.
 *
 * The lease stands in a file of its own and is never flushed: taking and giving it costs the disk nothing. What has arrived is
 * removed before it is given back; until then it is kept, since the next stored event removes it at no cost.
 */
export const createSender = (parts: SenderParts): Sender => {
  const { owner, pid, thread, host, monotonic } = parts;
  const record = openLeaseFile(parts.folder);
  living.add(owner);
  let isHeld = false;
  let isClosed = false;
  let taking: Promise<boolean> | undefined;
  let users = 0;
  let usedAt = 0;
  let beating: NodeJS.Timeout | undefined;
  let leaving: NodeJS.Timeout | undefined;
  let seen: { readonly owner: string; readonly beat: number; readonly since: number } | undefined;

  const isDead = (lease: Lease): boolean => {
    if (lease.host === host) {
      // A container that starts again has the same ids.
      if (lease.pid === pid && lease.thread === thread) return !living.has(lease.owner);
      if (!parts.isAlive(lease.pid)) return true;
    }
    const now = monotonic();
    if (seen?.owner !== lease.owner || seen.beat !== lease.beat) {
      seen = { owner: lease.owner, beat: lease.beat, since: now };
    }
    return now - seen.since > times.dead;
  };

  const isTaken = (): boolean => {
    const lease = record.read();
    return lease !== undefined && lease.owner !== owner && !isDead(lease);
  };

  const take = async (): Promise<boolean> => {
    // Looking first: a transaction would stand in the way of the other process.
    if (isTaken()) {
      record.ask();
      return false;
    }
    return parts.exclusively(() => {
      if (isTaken()) return false;
      record.write({ owner, pid, thread, host, beat: 0 });
      return true;
    });
  };

  const beat = (): void => {
    try {
      const lease = record.read();
      isHeld = lease?.owner === owner;
      if (isHeld) record.write({ ...lease!, beat: lease!.beat + 1 });
    } catch {
      // A failing disk must not end the program from within a timer. Without a beat another process takes over.
    }
  };

  const release = async (): Promise<void> => {
    if (!isHeld) return;
    if (parts.hasArrived()) await parts.settle();
    if (users > 0 && !isClosed) return;
    clearInterval(beating);
    beating = undefined;
    isHeld = false;
    if (record.read()?.owner === owner) record.write(undefined);
  };

  const leave = async (): Promise<void> => {
    const isWorthKeeping = parts.hasArrived() && !record.isAsked() && monotonic() - usedAt < times.idleAtMost;
    if (isWorthKeeping) leaveSoon();
    else await release();
  };

  const leaveSoon = (delay = times.idle): void => {
    clearTimeout(leaving);
    leaving = setTimeout(() => void leave().catch(() => leaveSoon(times.idleAtMost)), delay).unref();
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
      clearTimeout(leaving);
      try {
        // A lease that is on its way and is left in place would bar the next owner for a while.
        if (await taking?.catch(() => false)) isHeld = true;
        await release();
      } finally {
        clearInterval(beating);
        living.delete(owner);
        record.close();
      }
    },
    async lock(task) {
      users++;
      clearTimeout(leaving);
      try {
        await hold();
        if (!isClosed) beating ??= setInterval(beat, times.beat).unref();
        return await task();
      } finally {
        users--;
        usedAt = monotonic();
        if (users === 0 && !isClosed) leaveSoon();
      }
    },
  };
};
