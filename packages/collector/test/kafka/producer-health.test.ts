import { describe, expect, it } from 'vitest';
import { createProducerHealth } from '../../src/kafka/producer-health.ts';

/** A clock that goes only when it is told to; timers run in their order. */
const createHandClock = () => {
  let time = 1_000_000;
  const timers = new Map<number, { at: number; task: () => void }>();
  let last = 0;
  const clock = {
    now: () => time,
    setTimeout: (task: () => void, milliseconds: number): number => {
      last += 1;
      timers.set(last, { at: time + milliseconds, task });
      return last;
    },
    clearTimeout: (timer: unknown) => void timers.delete(timer as number),
  };
  const go = async (milliseconds: number): Promise<void> => {
    const until = time + milliseconds;
    for (;;) {
      const [id, next] = [...timers].sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
      if (!next || next.at > until) break;
      time = next.at;
      timers.delete(id!);
      next.task();
      await new Promise((resolve) => setImmediate(resolve));
    }
    time = until;
  };
  return { clock, go, waiting: () => timers.size };
};

const start = () => {
  const { clock, go, waiting } = createHandClock();
  let takes = false;
  let probes = 0;
  const health = createProducerHealth(async () => {
    probes += 1;
    if (!takes) throw new Error('no');
  }, clock);
  return { health, clock, go, waiting, probes: () => probes, take: (now: boolean) => void (takes = now) };
};

describe('whether Kafka takes anything', () => {
  it('asks nothing while all is well', async () => {
    const { health, go, probes, waiting } = start();
    for (let n = 0; n < 100; n += 1) {
      health.succeeded();
      await go(100);
    }
    expect([health.trouble(), probes(), waiting()]).toEqual([null, 0, 0]);
  });

  it('is in doubt only after nothing has got through for seconds: failures among successes are no news', async () => {
    const { health, clock, go, probes } = start();
    for (let n = 0; n < 100; n += 1) {
      health.failed(clock.now());
      await go(100);
      expect(health.trouble()).toBeNull();
      health.succeeded();
    }
    expect(probes()).toBe(0);
    const since = clock.now();
    health.failed(since);
    await go(4900);
    expect(health.trouble()).toBeNull();
    await go(200);
    expect(health.trouble()).toEqual({ code: 'spool_unavailable', since, refuses: true });
  });

  it('is so at once when a request was given up after longer than that, unless another got through meanwhile', async () => {
    const { health, clock, go } = start();
    const began = clock.now();
    await go(10_000);
    health.failed(began);
    expect(health.trouble()).toMatchObject({ since: began });
    health.succeeded();
    expect(health.trouble()).toBeNull();
    await go(1000);
    health.failed(began);
    expect(health.trouble()).toBeNull();
  });

  it('finds out by probes that it is over, since nobody sends anything to who is not ready', async () => {
    const { health, clock, go, probes, waiting, take } = start();
    health.failed(clock.now());
    await go(60_000);
    expect(health.trouble()).not.toBeNull();
    expect(probes()).toBe(30);
    take(true);
    await go(2000);
    expect(health.trouble()).toBeNull();
    expect(waiting()).toBe(0);
  });

  it('leaves nothing behind when it is stopped', async () => {
    const { health, clock, go, waiting, probes } = start();
    health.failed(clock.now());
    health.stop();
    await go(10_000);
    health.failed(clock.now());
    expect([waiting(), probes()]).toEqual([0, 0]);
  });
});
