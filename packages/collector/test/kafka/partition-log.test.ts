import * as kafka from '@platformatic/kafka';
import type { KafkaRecord, RecordsBatch } from '@platformatic/kafka';
import { expect, it } from 'vitest';
import { committedRecords } from '../../src/kafka/partition-log.ts';

const record = (offsetDelta: number, key: Buffer): KafkaRecord => ({
  length: 0, attributes: 0, timestampDelta: 0n, offsetDelta, key, value: Buffer.from(''), headers: [],
}); // prettier-ignore

const batch = (firstOffset: number, producerId: bigint, attributes: number, keys: Buffer[]): RecordsBatch => ({
  firstOffset: BigInt(firstOffset), length: 0, partitionLeaderEpoch: 0, magic: 2, crc: 0, attributes, lastOffsetDelta: keys.length - 1,
  firstTimestamp: 0n, maxTimestamp: 0n, producerId, producerEpoch: 0, firstSequence: 0,
  records: keys.map((key, at) => record(at, key)),
}); // prettier-ignore

const rows = (at: number, producer: bigint, ...names: string[]): RecordsBatch =>
  batch(
    at,
    producer,
    kafka.IS_TRANSACTIONAL,
    names.map((name) => Buffer.from(name)),
  );
/** https://kafka.apache.org/documentation/#controlbatch: version, then 0 to abort or 1 to commit. */
const mark = (at: number, producer: bigint, type: 0 | 1): RecordsBatch =>
  batch(at, producer, kafka.IS_TRANSACTIONAL | kafka.IS_CONTROL, [Buffer.from([0, 0, 0, type])]);

const keysOf = (batches: RecordsBatch[], from?: bigint): string[] =>
  committedRecords({ kafka }, batches, from).map(({ key, offset }) => `${String(key)}@${offset}`);

it('leaves out every aborted transaction, also several of one producer among those of others', () => {
  const batches = [
    rows(0, 1n, 'a', 'b'),
    rows(2, 2n, 'x'),
    mark(3, 1n, 0),
    rows(4, 1n, 'c'),
    mark(5, 1n, 0),
    mark(6, 2n, 1),
    rows(7, 1n, 'd'),
    mark(8, 1n, 1),
    batch(9, -1n, 0, [Buffer.from('plain')]),
  ];
  expect(keysOf(batches)).toEqual(['x@2', 'd@7', 'plain@9']);
});

it('begins at the offset that was asked for, with a transaction whose beginning is not in sight', () => {
  expect(keysOf([mark(0, 1n, 0), rows(1, 1n, 'a', 'b'), mark(3, 1n, 1)], 2n)).toEqual(['b@2']);
});
