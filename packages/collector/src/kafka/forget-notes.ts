import type { Cluster } from './cluster.ts';
import { boundsOf, committedRecords, readBatches } from './partition-log.ts';
import type { TopicPlace } from './topics.ts';

/** Who was forgotten, as every collector and loader is told of it. It names nobody. */
export interface ForgetNote {
  /** When, milliseconds since 1970. */
  readonly at: number;
  /** As the person stands on the list of those who are not collected: a keyed digest. */
  readonly listed: string;
  /** By which keys: those of whoever reads it have to be the same. */
  readonly keys: string;
  /** What stands for the person under the policies `token` and `hash`. */
  readonly pseudonyms: readonly string[];
  /** Taken off the list again. */
  readonly lifted: boolean;
  /** Rows that were taken out, by destination and source. */
  readonly forgotten: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** The notes in the compacted topic, of which the brokers keep the last of each person. */
export interface ForgetNotes {
  /** Reads what was written before the call and not yet read; resolves with the notes that are new. */
  refresh(): Promise<ForgetNote[]>;
  /** By `listed`, as of the last refresh. */
  all(): ReadonlyMap<string, ForgetNote>;
  /** Resolves once every in-sync replica has it. */
  publish(note: ForgetNote): Promise<void>;
  /** Tells whoever has the lane of this key that its cursor was changed behind its back. */
  announce(lane: string): Promise<void>;
}

const prefix = 'nitka-forget-';
const changed = 'nitka-changed-';
/** All of them in one partition, so that there is one end to read up to. */
const partition = 0;
const produceTimeout = 30_000;

export const createForgetNotes = (
  clusterOf: () => Cluster,
  { name }: TopicPlace,
  onChanged: (lane: string) => void = () => undefined,
): ForgetNotes => {
  const notes = new Map<string, ForgetNote>();
  let next = 0n;
  let running: Promise<ForgetNote[]> | null = null;
  let waiting: Promise<ForgetNote[]> | null = null;

  const read = async (): Promise<ForgetNote[]> => {
    const cluster = clusterOf();
    const { start, end } = await boundsOf(cluster, name, partition);
    const from = next >= start && next <= end ? next : start;
    const batches = await readBatches(cluster, name, partition, { start: from, end });
    const found: ForgetNote[] = [];
    for (const { key, value } of committedRecords(cluster, batches, from)) {
      const text = key?.toString('utf8') ?? '';
      if (text.startsWith(changed)) onChanged(text.slice(changed.length));
      if (!text.startsWith(prefix) || value === null) continue;
      const note = JSON.parse(value.toString('utf8')) as ForgetNote;
      notes.set(note.listed, note);
      found.push(note);
    }
    next = end;
    return found;
  };

  const write = async (key: string, value: string): Promise<void> => {
    const cluster = clusterOf();
    const { kafka } = cluster;
    const connection = await cluster.leader(name, partition);
    const message = {
      topic: name,
      partition,
      key: Buffer.from(key),
      value: Buffer.from(value),
      headers: new Map<Buffer, Buffer>(),
      timestamp: BigInt(Date.now()),
    };
    await kafka.produceV9.api.async(connection, kafka.ProduceAcks.ALL, produceTimeout, [message], {
      compression: 'none',
    });
  };

  const start = (): Promise<ForgetNote[]> => {
    const own = read().finally(() => {
      if (running === own) running = null;
    });
    return (running = own);
  };

  return {
    refresh() {
      if (!running) return start();
      // The one that runs may have looked before the call: those who come meanwhile share the next.
      waiting ??= running
        .catch(() => undefined)
        .then(() => {
          waiting = null;
          return start();
        });
      return waiting;
    },
    all: () => notes,
    async publish(note) {
      await write(`${prefix}${note.listed}`, JSON.stringify(note));
      notes.set(note.listed, note);
    },
    announce: (lane) => write(`${changed}${lane}`, '{}'),
  };
};
