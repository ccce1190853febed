import { NitkaError } from '@nitka/core';
import type { SourceConfig } from '../config.ts';
import type { Delivery, Received, Reception, ReceptionParts } from '../reception.ts';
import { readChunkHead } from '../spool/chunk.ts';
import type { EncodedChunk } from '../spool/encoded.ts';
import type { Spool } from '../spool/spool.ts';
import type { Finding, FromWorker, Parcel, Place, WorkerConfig } from './messages.ts';
import { createPile } from './pile.ts';
import { startWorkerThread } from './thread.ts';
import type { WorkerThread } from './thread.ts';

export interface Pool {
  /** @param own judges in this thread, where no worker can. */
  receptionOf(own: Reception, parts: Pick<ReceptionParts, 'countRequest'>): Reception;
  /** Bytes of the bodies that the workers have. */
  waitingBytes(): number;
  /** Personal values that are remembered are dropped in all threads. */
  forget(): void;
  /** Only when no request is under way. */
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly config: WorkerConfig;
  readonly script: string;
  /** How many threads. */
  readonly count: number;
  readonly spool: Pick<Spool, 'appendEncoded'>;
  /** Of the list of those who were forgotten. */
  readonly revision: () => number;
  readonly onDeath: (error: Error | null) => void;
}

/** A message for so many bytes at most: a larger one makes the first of its requests wait for the last. */
const groupBytes = 256 * 1024;
/** Messages that a worker has at once: the next one lies there when it has answered the first. */
const atOnce = 2;
/** Deaths of a thread that a request may have been under way in. */
const maxDeaths = 1;
const restartAfter = 1000;

interface Job {
  readonly delivery: Delivery;
  readonly resolve: (result: { finding: Finding; bytes: ArrayBuffer } | 'stale') => void;
  readonly reject: (error: unknown) => void;
  deaths: number;
}

interface Member {
  thread: WorkerThread | null;
  readonly jobs: Map<number, readonly Job[]>;
}

/**
 * Bodies are judged and encoded in threads of their own; this one has the connections, the spool and all that is counted. Requests go
 * over in groups: those that came while the workers were busy, so that a group is as large as the load makes it.
 *
 * @throws NitkaError for which the first worker could not start
 */
export const createPool = async ({
  config,
  script,
  count,
  spool,
  revision,
  onDeath,
}: PoolOptions): Promise<Pool> => {
  const sources = new Map<string, SourceConfig>(config.sources.map((source) => [source.name, source]));
  const pile = createPile();
  let queue: Job[] = [];
  let queuedBytes = 0;
  let waitingBytes = 0;
  let lastId = 0;
  let scheduled = false;
  let closing = false;

  const members: Member[] = Array.from({ length: count }, () => ({ thread: null, jobs: new Map() }));
  const living = (): Member[] => members.filter(({ thread }) => thread !== null);

  const sendGroup = (member: Member, limit: number): void => {
    const group: Job[] = [];
    let size = 0;
    for (const job of queue) {
      size += job.delivery.raw.length;
      if (group.length > 0 && size > limit) break;
      group.push(job);
    }
    queue = queue.slice(group.length);
    const parcels = group.map(({ delivery: { raw, ...rest } }): Parcel => {
      queuedBytes -= raw.length;
      return { ...rest, body: pile.add(raw) };
    });
    const bytes = pile.take();
    lastId += 1;
    member.jobs.set(lastId, group);
    member.thread!.send({ type: 'judge', id: lastId, bytes, parcels }, [bytes]);
  };

  const flush = (): void => {
    scheduled = false;
    const free = living().filter(({ jobs }) => jobs.size < atOnce);
    free.sort((a, b) => a.jobs.size - b.jobs.size);
    const share = Math.min(groupBytes, Math.ceil(queuedBytes / Math.max(free.length, 1)));
    for (const member of free) if (queue.length > 0) sendGroup(member, share);
    if (living().length > 0) return;
    // None lives: what was sent to none yet is put off.
    for (const job of queue) job.reject(new NitkaError('overloaded'));
    queue = [];
    queuedBytes = 0;
  };

  const enqueue = (job: Job): void => {
    queue.push(job);
    queuedBytes += job.delivery.raw.length;
    if (scheduled) return;
    scheduled = true;
    // The turn's other requests join the group.
    setImmediate(flush);
  };

  const settle = (member: Member, message: Extract<FromWorker, { type: 'judged' }>): void => {
    const group = member.jobs.get(message.id) ?? [];
    member.jobs.delete(message.id);
    // Somebody was forgotten meanwhile: what was judged before that could bring them back.
    const isStale = message.revision !== revision();
    group.forEach((job, index) =>
      job.resolve(isStale ? 'stale' : { finding: message.findings[index]!, bytes: message.bytes }),
    );
    if (queue.length > 0) flush();
  };

  const bury = (member: Member): void => {
    member.thread = null;
    const lost = [...member.jobs.values()].flat();
    member.jobs.clear();
    for (const job of lost) {
      job.deaths += 1;
      // It may be what the thread died of: it is tried in one other, never in this thread.
      if (job.deaths > maxDeaths || living().length === 0) job.reject(new NitkaError('overloaded'));
      else enqueue(job);
    }
  };

  const start = async (member: Member): Promise<void> => {
    const thread = await startWorkerThread({
      script,
      config,
      onMessage: (message) => settle(member, message),
      onDeath() {
        onDeath(null);
        bury(member);
        restart(member);
      },
    });
    if (closing) await thread.stop();
    else member.thread = thread;
  };
  const restart = (member: Member): void => {
    setTimeout(() => {
      if (closing) return;
      start(member).catch((error: unknown) => {
        onDeath(error as Error);
        restart(member);
      });
    }, restartAfter).unref();
  };
  await Promise.all(members.map(start));

  const judge = (delivery: Delivery): Promise<{ finding: Finding; bytes: ArrayBuffer } | 'stale'> => {
    const { length } = delivery.raw;
    waitingBytes += length;
    return new Promise<{ finding: Finding; bytes: ArrayBuffer } | 'stale'>((resolve, reject) =>
      enqueue({ delivery, resolve, reject, deaths: 0 }),
    ).finally(() => (waitingBytes -= length));
  };

  const partOf = (bytes: ArrayBuffer, [from, to]: Place): Buffer => Buffer.from(bytes, from, to - from);
  const encodedOf = ({ chunk }: Finding, bytes: ArrayBuffer): EncodedChunk | null =>
    chunk && { bytes: partOf(bytes, chunk.bytes), keys: partOf(bytes, chunk.keys) };

  /** What is thrown in the place of the answer. */
  const faultOf = (outcome: Exclude<Finding['outcome'], { judged: unknown }>): Error =>
    'code' in outcome ? new NitkaError(outcome.code) : Object.assign(new Error('in a worker'), outcome);

  return {
    receptionOf:
      (own, { countRequest }) =>
      async (delivery): Promise<Received> => {
        if (living().length === 0) return own(delivery);
        const judged = await judge(delivery);
        if (judged === 'stale') return own(delivery);
        const { finding, bytes } = judged;
        const { outcome } = finding;
        const encoded = encodedOf(finding, bytes);
        if (!('judged' in outcome)) {
          if (encoded) {
            countRequest(sources.get(readChunkHead(encoded.bytes).source)!);
            await spool.appendEncoded(encoded);
          }
          throw faultOf(outcome);
        }
        const { source: name, reply, ...rest } = outcome.judged;
        const source = sources.get(name)!;
        countRequest(source);
        const { duplicates } = encoded ? await spool.appendEncoded(encoded) : { duplicates: 0 };
        return { ...rest, source, reply: { ...reply, duplicates } };
      },
    waitingBytes: () => waitingBytes,
    forget() {
      for (const { thread } of living()) thread!.send({ type: 'forget' });
    },
    async close() {
      closing = true;
      await Promise.all(living().map(({ thread }) => thread!.stop()));
    },
  };
};
