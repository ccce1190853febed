import type { Clock, EventContext, TrackingEvent } from '@nitka/core';
import { createTextStore, type TextStore } from '../src/storage/text-store.ts';

/** Milliseconds for `vi.waitFor`, whose own limit is one second: a machine may be busy. */
export const patience = 20_000;

/** A store that is in memory as a whole. */
export const memoryStore = (): TextStore => createTextStore();

/** Time that stands still until it is moved. */
export const createFakeClock = (start = Date.UTC(2026, 0, 1)) => {
  let now = start;
  let timers: { at: number; task: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    setTimeout(task, milliseconds) {
      const timer = { at: now + milliseconds, task };
      timers.push(timer);
      return timer;
    },
    clearTimeout(timer) {
      timers = timers.filter((each) => each !== timer);
    },
  };
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  return {
    ...clock,
    async advance(milliseconds: number): Promise<void> {
      await turn();
      now += milliseconds;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { task } of due) task();
      await turn();
    },
  };
};

/** Visitor ids by age: `idAt(1)` is older than `idAt(2)`. */
export const idAt = (n: number): string =>
  `${(Date.UTC(2025, 0, 1) + n)
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})/, '$1-')}-7000-8000-000000000000`;

export type SentEvent = Omit<TrackingEvent, 'context'> & { context: EventContext };

export interface FakeBody {
  readonly writeKey: string;
  readonly batch?: SentEvent[];
  readonly anonymousId?: string;
  readonly replace?: boolean;
  readonly dropped?: Record<string, number>;
}

/** A collector behind `fetch`: keeps what it got, answers as told. */
export const createFakeCollector = () => {
  const requests: { url: string; method: string; init: RequestInit; body: FakeBody }[] = [];
  let answer: (path: string) => Response | Promise<Response> = () => Response.json({ success: true });
  return {
    requests,
    answer(next: typeof answer) {
      answer = next;
    },
    events: (): SentEvent[] =>
      requests.filter(({ url }) => url.endsWith('/v1/batch')).flatMap(({ body }) => body.batch!),
    fetch: (async (url: string, init: RequestInit) => {
      requests.push({
        url,
        method: init.method!,
        init,
        body: JSON.parse(init.body as string) as FakeBody,
      });
      return answer(new URL(url).pathname);
    }) as unknown as typeof fetch,
  };
};
