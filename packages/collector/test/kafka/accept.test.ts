import * as kafka from '@platformatic/kafka';
import { describe, expect, it, onTestFinished } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import { systemClock } from '../../src/clock.ts';
import { createKafkaAccept } from '../../src/kafka/accept.ts';
import { resolveKafkaSpool } from '../../src/kafka/spool-options.ts';
import { prepareTopics } from '../../src/kafka/topics.ts';
import { chunk, event } from '../support/chunks.ts';
import { freshName, kafkaSpool } from '../support/kafka.ts';

const server = needsServer('kafka');

/** What the client asks the brokers for, in each request that it sends from here on. */
const watchAcks = (): unknown[] => {
  const found: unknown[] = [];
  const start = (message: unknown): void =>
    void found.push((message as { options: { acks: unknown } }).options.acks);
  kafka.producerSendsChannel.start.subscribe(start);
  onTestFinished(() => {
    kafka.producerSendsChannel.start.unsubscribe(start);
  });
  return found;
};

describe.skipIf(server.missing)(title('what answers for the spool in Kafka', server), () => {
  // A single broker cannot show it: it is all of the replicas, whatever min.insync.replicas says.
  it('is every in-sync replica, not the leader alone', async () => {
    const spool = resolveKafkaSpool(kafkaSpool(server.url, freshName(), 1).kafka);
    const wanted = [{ name: spool.topic, compacted: false }];
    const topics = await prepareTopics(kafka, spool.address, wanted, spool);
    const acks = watchAcks();
    const accept = createKafkaAccept(kafka, spool, {
      topic: topics.get(spool.topic)!,
      clock: systemClock,
      onError: () => undefined,
    });
    expect(await accept.append(chunk(event('a')))).toEqual({ duplicates: 0 });
    await accept.close();
    expect(acks).toEqual([kafka.ProduceAcks.ALL]);
  });
});
