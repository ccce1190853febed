import type { DropCounts } from '../src/batch.ts';
import type { ErrorCode } from '../src/errors.ts';
import type { Clock, QueueLimit, TransportReply } from '../src/ports.ts';

export interface FakeClock extends Clock {
  /** Moves the time on, running the timers that fall due, and lets promises settle between them. */
  advance(milliseconds: number): Promise<void>;
  /** Milliseconds until each timer that is set. */
  timers(): number[];
}

/** Lets every promise that can settle do so. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};

export const createFakeClock = (start = Date.UTC(2026, 10, 21)): FakeClock => {
  let now = start;
  let last = 0;
  const timers = new Map<number, { at: number; task: () => void }>();
  return {
    now: () => now,
    setTimeout(task, milliseconds) {
      timers.set(++last, { at: now + milliseconds, task });
      return last;
    },
    clearTimeout: (timer) => void timers.delete(timer as number),
    async advance(milliseconds) {
      const end = now + milliseconds;
      await settle();
      for (;;) {
        const due = [...timers].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
        if (!due) break;
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].task();
        await settle();
      }
      now = end;
    },
    timers: () => [...timers.values()].map((timer) => timer.at - now),
  };
};

export interface FakeTransport {
  /** @param body a whole JSON text */
  send(body: string): Promise<TransportReply>;
  /** messageIds of each request, in order. */
  readonly requests: string[][];
  readonly bodies: Record<string, unknown>[];
}

export const accepted: TransportReply = { status: 200, body: { success: true } };

/** Answers with `answer`, called with the messageIds of the request; an Error it returns is thrown. */
export const createFakeTransport = (
  answer: (messageIds: string[]) => TransportReply | Error | Promise<TransportReply>,
): FakeTransport => {
  const requests: string[][] = [];
  const bodies: Record<string, unknown>[] = [];
  return {
    requests,
    bodies,
    async send(body) {
      const parsed = JSON.parse(body) as { batch: { messageId: string }[] };
      const messageIds = parsed.batch.map((event) => event.messageId);
      requests.push(messageIds);
      bodies.push(parsed);
      const reply = await answer(messageIds);
      if (reply instanceof Error) throw reply;
      return reply;
    },
  };
};

/** One event that waits. */
export interface QueueRecord {
  readonly key: number;
  readonly json: string;
}

/** A queue in an array: as much of one as the delivery loop needs. */
export const createArrayQueue = () => {
  let records: QueueRecord[] = [];
  let dropped: Record<string, number> = {};
  let last = 0;
  return {
    add(json: string): void {
      records.push({ key: ++last, json });
    },
    read: async ({ count }: QueueLimit): Promise<readonly QueueRecord[]> => records.slice(0, count),
    remove(sent: readonly QueueRecord[]): void {
      records = records.filter((record) => !sent.includes(record));
    },
    count: () => records.length,
    countDropped(code: ErrorCode): void {
      dropped[code] = (dropped[code] ?? 0) + 1;
    },
    takeDropped(): DropCounts | undefined {
      const counts = dropped;
      dropped = {};
      return Object.keys(counts).length > 0 ? counts : undefined;
    },
    restoreDropped(counts: DropCounts | undefined): void {
      for (const code in counts) dropped[code] = (dropped[code] ?? 0) + counts[code]!;
    },
  };
};
