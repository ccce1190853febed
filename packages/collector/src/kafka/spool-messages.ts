import { encodeChunk, isAccepted } from '../spool/chunk.ts';
import type { Chunk, Entry } from '../spool/chunk.ts';
import type { KafkaClient } from './cluster.ts';
import type { TopicPlace } from './topics.ts';

/** A chunk on its way to its partition. */
export interface SpoolMessage {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly timestamp: bigint;
}

/** Entries of one message at most: an entry's sequence number is the message's offset times this, plus its place. */
export const entriesPerMessage = 1024;

/** The events of a visitor stay in order, and a repeat comes to where its first copy is. */
const keyOf = (entry: Entry): string | null =>
  isAccepted(entry) ? (entry.columns.anonymousId ?? entry.columns.messageId) : entry.messageId;

/** What an entry's columns take at most besides its payload. */
const columnBytes = 2000;

/** The entries of a request by visitor, as messages that are not too large. */
export const messagesOf = (
  { meta, entries }: Chunk,
  { name, partitions }: TopicPlace,
  maxBytes: number,
  { murmur2 }: Pick<KafkaClient, 'murmur2'>,
): SpoolMessage[] => {
  const messages: SpoolMessage[] = [];
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry) ?? meta.source;
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  for (const [text, group] of groups) {
    const key = Buffer.from(text);
    const partition = (murmur2(key) & 0x7fffffff) % partitions;
    const close = (own: readonly Entry[]): void => {
      const value = encodeChunk({ meta, entries: own });
      messages.push({ topic: name, partition, key, value, timestamp: BigInt(meta.receivedAt) });
    };
    let own: Entry[] = [];
    let bytes = 0;
    for (const entry of group) {
      const size = entry.payload.length + columnBytes;
      if (own.length > 0 && (own.length === entriesPerMessage || bytes + size > maxBytes)) {
        close(own);
        own = [];
        bytes = 0;
      }
      own.push(entry);
      bytes += size;
    }
    close(own);
  }
  return messages;
};

/** A message without entries for each partition: whether these take anything. Loaders pass over it. */
export const probesOf = ({ name, partitions }: TopicPlace, now: number): SpoolMessage[] => {
  const meta = { source: '', kind: 'server', serverVisitorId: null, batchContext: null } as const;
  const value = encodeChunk({ meta: { ...meta, receivedAt: now }, entries: [] });
  return Array.from({ length: partitions }, (_, partition) => ({
    topic: name,
    partition,
    key: Buffer.from('nitka-probe'),
    value,
    timestamp: BigInt(now),
  }));
};
