import { gzipSync } from 'node:zlib';
import type { Random } from '../random.ts';
import { newId } from './ids.ts';

/** Sends bare requests, keeps account of each answer, and sends again what was answered long ago. */
export interface Sender {
  /** messageIds of good events that were answered for with 200. */
  readonly acknowledged: ReadonlySet<string>;
  /** messageIds of good events that were offered, answered or not. */
  readonly offered: ReadonlySet<string>;
  /** Bad events that were answered for, and all that were offered. */
  refused(): { readonly acknowledged: number; readonly offered: number };
  /** Repeats that were answered for. */
  repeated(): number;
  /** Answers by status and code. */
  readonly answers: ReadonlyMap<string, number>;
  /** Promises that an answer broke. */
  readonly violations: readonly string[];
  /** Events of some 20 KB from now on, or small ones again. */
  setLarge(isLarge: boolean): void;
  /** No new batches; resolves when the last one is answered or given up. */
  stop(): Promise<void>;
}

interface Batch {
  readonly good: readonly string[];
  readonly bad: number;
  readonly body: Buffer;
}

interface Reply {
  readonly success?: boolean;
  readonly accepted?: number;
  readonly duplicates?: number;
  readonly rejected?: readonly unknown[];
  readonly code?: string;
}

const badEvents = [
  { type: 'click', userId: 'u' },
  { type: 'track', userId: 'u' },
  { type: 'track', event: 'E', userId: 'u', properties: 'none' },
  'text',
  { type: 'alias', userId: 'u' },
];

const makeBatch = (random: Random, textLength: number): Batch => {
  const good = Array.from({ length: random.between(1, 20) }, newId);
  const events: unknown[] = good.map((messageId, n) => ({
    type: 'track',
    event: 'Probe',
    userId: `user-${n}`,
    messageId,
    properties: { n, text: 'ж'.repeat(random.between(0, textLength)) },
  }));
  const bad = random.chance(0.1) ? random.between(1, 3) : 0;
  for (let n = 0; n < bad; n++) events.push(badEvents[random.between(0, badEvents.length - 1)]);
  const body = Buffer.from(JSON.stringify({ batch: events, sentAt: new Date().toISOString() }));
  return { good, bad, body: random.chance(0.2) ? gzipSync(body) : body };
};

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Answers that the protocol allows to a good request (docs/errors.md): patience alone. */
const patient = new Set(['503 overloaded', '503 spool_full', '503 shutting_down']);

export const startSender = (port: number, writeKey: string, random: Random): Sender => {
  const acknowledged = new Set<string>();
  const offered = new Set<string>();
  const answers = new Map<string, number>();
  const violations: string[] = [];
  const old: Batch[] = [];
  const refused = { acknowledged: 0, offered: 0 };
  let repeated = 0;
  let stopping = false;
  let isLarge = false;

  const post = async (body: Buffer): Promise<Reply | null> => {
    let status = 'no answer';
    try {
      const response = await fetch(`http://127.0.0.1:${port}/v1/batch`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${writeKey}:`)}` },
        body: new Uint8Array(body),
        signal: AbortSignal.timeout(3000),
      });
      const reply = (await response.json()) as Reply;
      status = `${response.status} ${reply.code ?? ''}`.trim();
      if (response.status === 200) return reply;
      if (!patient.has(status)) violations.push(`a good request was answered with ${status}`);
      return null;
    } catch {
      return null;
    } finally {
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
  };

  const check = (batch: Batch, reply: Reply, isRepeat: boolean): void => {
    const { good, bad } = batch;
    const fits =
      reply.success === true &&
      reply.accepted === good.length &&
      (reply.rejected?.length ?? 0) === bad &&
      (!isRepeat || reply.duplicates === good.length);
    if (!fits)
      violations.push(
        `${good.length} good and ${bad} bad events, ${isRepeat ? 'repeated' : 'new'}: ${JSON.stringify(reply).slice(0, 300)}`,
      );
  };

  /** True once it is answered for. */
  const attempt = async (batch: Batch, isRepeat: boolean): Promise<boolean> => {
    for (const id of batch.good) offered.add(id);
    refused.offered += batch.bad;
    const reply = await post(batch.body);
    if (!reply) return false;
    check(batch, reply, isRepeat);
    for (const id of batch.good) acknowledged.add(id);
    refused.acknowledged += batch.bad;
    if (isRepeat) repeated += batch.good.length;
    return true;
  };

  const lane = async (): Promise<void> => {
    while (!stopping) {
      const isRepeat = old.length > 0 && random.chance(0.15);
      const batch = isRepeat
        ? old[random.between(0, old.length - 1)]!
        : makeBatch(random, isLarge ? 14_000 : 200);
      // Some senders go on until they are answered, some give up.
      let left = random.chance(0.7) ? 8 : 1;
      let isDone = await attempt(batch, isRepeat);
      while (!isDone && --left > 0 && !stopping) {
        await pause(random.between(50, 300));
        isDone = await attempt(batch, isRepeat);
      }
      if (isDone && !isRepeat && random.chance(0.1)) old.push(batch);
      if (!isLarge) await pause(random.between(10, 80));
    }
  };
  const lanes = Promise.all([lane(), lane()]);

  return {
    acknowledged,
    offered,
    refused: () => ({ ...refused }),
    repeated: () => repeated,
    answers,
    violations,
    setLarge(next) {
      isLarge = next;
    },
    async stop() {
      stopping = true;
      await lanes;
    },
  };
};
