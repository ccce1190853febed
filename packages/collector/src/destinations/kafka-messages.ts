import type { TopicPlace } from '../kafka/topics.ts';
import type { KafkaMessage } from '../kafka/transactions.ts';
import type { RejectRow, Row } from '../row.ts';
import { tables } from './columns.ts';
import { DestinationError } from './destination.ts';
import type { LoadBatch } from './destination.ts';

export interface Topics {
  readonly events: TopicPlace;
  readonly rejects: TopicPlace;
  readonly loads: TopicPlace;
}

const names = {
  messageId: Buffer.from('messageId'),
  batchId: Buffer.from('batchId'),
  type: Buffer.from('type'),
  source: Buffer.from('source'),
};

const iso = (value: unknown): string => new Date(value as number).toISOString();

/** Everything but the payload, which is put in at the end without being read: byte for byte as it was received. */
const columnsOf = (table: 'raw_events' | 'raw_rejects', row: object, batch: LoadBatch): string => {
  const values = { ...row, batch_id: batch.id, loaded_at: batch.loadedAt } as Record<string, unknown>;
  const fields = tables[table].flatMap(({ name, kind }) => {
    const value = values[name];
    if (name === 'payload') return [];
    // The context of a batch is JSON already.
    if (kind === 'json') return [`"${name}":${value === null ? 'null' : (value as string)}`];
    return [`"${name}":${JSON.stringify(kind === 'time' && value !== null ? iso(value) : value)}`];
  });
  return `{${fields.join(',')}`;
};

const close = Buffer.from('}');

const eventValue = (row: Row, batch: LoadBatch): Buffer =>
  Buffer.concat([Buffer.from(`${columnsOf('raw_events', row, batch)},"payload":`), row.payload, close]);

/** What was refused need not be JSON, nor text. */
const rejectValue = (row: RejectRow, batch: LoadBatch): Buffer =>
  Buffer.from(
    `${columnsOf('raw_rejects', row, batch)},"payload_base64":"${row.payload.toString('base64')}"}`,
  );

/** What one message costs in a request besides key and value: headers and the record's own fields, counted generously. */
const overhead = 300;
const sizeOf = ({ key, value, headers }: KafkaMessage): number =>
  key.length +
  value.length +
  overhead +
  (headers.get(names.source)?.length ?? 0) +
  (headers.get(names.batchId)?.length ?? 0);

/**
 * The batch as requests, each to one partition and none too large for its topic.
 *
 * Throws DestinationError `poison`.
 */
export const requestsOf = (
  batch: LoadBatch,
  topics: Topics,
  maxBytes: number,
  murmur2: (key: Buffer) => number,
): KafkaMessage[][] => {
  // Not when it was received: an event that waited for long would fall to the retention before anybody has read it.
  const written = BigInt(Date.now());
  const requests: KafkaMessage[][] = [];
  const current = new Map<string, { messages: KafkaMessage[]; bytes: number }>();

  const add = (message: KafkaMessage): void => {
    const size = sizeOf(message);
    if (size > maxBytes) {
      throw new DestinationError(
        'poison',
        `a message of ${size} bytes is over maxRequestBytes (${maxBytes})`,
      );
    }
    const place = `${message.topic} ${message.partition}`;
    const open = current.get(place);
    if (open && open.bytes + size <= maxBytes) {
      open.messages.push(message);
      open.bytes += size;
      return;
    }
    const messages = [message];
    requests.push(messages);
    current.set(place, { messages, bytes: size });
  };

  const place = (
    topic: TopicPlace,
    keyText: string,
    row: Row | RejectRow,
    type: string,
    value: Buffer,
  ): void => {
    const key = Buffer.from(keyText);
    const headers = new Map([
      [names.batchId, Buffer.from(batch.id)],
      [names.type, Buffer.from(type)],
      [names.source, Buffer.from(row.source)],
    ]);
    if (row.message_id !== null) headers.set(names.messageId, Buffer.from(row.message_id));
    // As Kafka's own clients do, so that what others write for the same visitor lands beside.
    const partition = (murmur2(key) & 0x7fffffff) % topic.partitions;
    add({ topic: topic.name, partition, key, value, headers, timestamp: written });
  };

  try {
    for (const row of batch.events) {
      place(topics.events, row.anonymous_id ?? row.message_id, row, row.type, eventValue(row, batch));
    }
    for (const row of batch.rejects) {
      place(topics.rejects, row.message_id ?? batch.id, row, 'reject', rejectValue(row, batch));
    }
  } catch (error) {
    if (error instanceof RangeError) throw new DestinationError('poison', error.message, { cause: error });
    throw error;
  }
  return requests;
};
