import { DestinationError } from '../destinations/destination.ts';
import type { KafkaClient } from './cluster.ts';
import { spoolTopics } from './spool-options.ts';
import type { ResolvedKafkaSpool } from './spool-options.ts';
import { prepareTopics } from './topics.ts';
import type { TopicPlace } from './topics.ts';

const pause = 2000;

/**
 * The topics of the spool, once Kafka answers: a collector that is started before its brokers waits for them.
 *
 * @throws DestinationError `schema` if the topics are not fit, which waiting does not change
 */
export const waitForTopics = async (
  kafka: KafkaClient,
  spool: ResolvedKafkaSpool,
  onWaiting: (error: unknown) => void,
): Promise<{ readonly events: TopicPlace; readonly cursors: TopicPlace }> => {
  for (let told = false; ; told = true) {
    try {
      const topics = await prepareTopics(kafka, spool.address, spoolTopics(spool), spool);
      return { events: topics.get(spool.topic)!, cursors: topics.get(spool.cursorsTopic)! };
    } catch (error) {
      if (error instanceof DestinationError && error.kind === 'schema') throw error;
      if (!told) onWaiting(error);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
};
