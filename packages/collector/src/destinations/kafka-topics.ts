import type { Admin } from '@platformatic/kafka';
import { DestinationError } from './destination.ts';
import type { Topics } from './kafka-messages.ts';
import type { ResolvedKafkaOptions } from './kafka-options.ts';

const settingsOf = (options: ResolvedKafkaOptions, policy: 'delete' | 'compact') => [
  { name: 'cleanup.policy', value: policy },
  { name: 'min.insync.replicas', value: String(options.minInsyncReplicas) },
  { name: 'max.message.bytes', value: String(Math.max(options.maxRequestBytes, 1_048_588)) },
];

/** Why a topic must not be written to, or null. */
const faultOf = (
  settings: ReadonlyMap<string, string>,
  options: ResolvedKafkaOptions,
  compacted: boolean,
): string | null => {
  const policy = settings.get('cleanup.policy') ?? 'delete';
  if (compacted && policy !== 'compact')
    return `cleanup.policy is "${policy}": the last note of a load would be removed; set "compact"`;
  if (!compacted && policy.includes('compact'))
    return `cleanup.policy is "${policy}": compaction removes events; set "delete"`;
  const replicas = Number(settings.get('min.insync.replicas') ?? 1);
  if (replicas < options.minInsyncReplicas) {
    return `min.insync.replicas is ${replicas}, expected at least ${options.minInsyncReplicas}: raise it, or lower "minInsyncReplicas"`;
  }
  const bytes = Number(settings.get('max.message.bytes') ?? 1_048_588);
  if (bytes < options.maxRequestBytes) {
    return `max.message.bytes is ${bytes}, under "maxRequestBytes" (${options.maxRequestBytes}): raise it, or lower the option`;
  }
  return null;
};

/** Topic type of https://kafka.apache.org/protocol#The_Messages_DescribeConfigs */
const topicResource = 2;

/** Makes the topics if it may, and checks that rows are safe in them. Throws DestinationError `schema`. */
export const prepareTopics = async (admin: Admin, options: ResolvedKafkaOptions): Promise<Topics> => {
  const wanted = [options.topic, options.rejectsTopic, options.loadsTopic];
  const known = new Set(await admin.listTopics());
  const missing = wanted.filter((topic) => !known.has(topic));
  if (missing.length > 0 && !options.create) {
    throw new DestinationError(
      'schema',
      `the topic ${missing.join(', ')} is not there; make it, or give "create" with "partitions" and "replicas"`,
    );
  }
  for (const topic of missing) {
    const notes = topic === options.loadsTopic;
    await admin.createTopics({
      topics: [topic],
      ...options.create,
      ...(notes && { partitions: 1 }),
      configs: settingsOf(options, notes ? 'compact' : 'delete'),
    });
  }
  const described = await admin.describeConfigs({
    resources: wanted.map((resourceName) => ({ resourceType: topicResource, resourceName })),
  });
  for (const { resourceName, configs } of described) {
    const settings = new Map(configs.map(({ name, value }) => [name, value ?? '']));
    const fault = faultOf(settings, options, resourceName === options.loadsTopic);
    if (fault !== null) throw new DestinationError('schema', `topic ${resourceName}: ${fault}`);
  }
  const { topics } = await admin.metadata({ topics: wanted, forceUpdate: true });
  const of = (name: string): Topics['events'] => {
    const partitions = topics.get(name)?.partitionsCount;
    if (!partitions) throw new DestinationError('temporary', `the topic ${name} has no partitions yet`);
    return { name, partitions };
  };
  return { events: of(options.topic), rejects: of(options.rejectsTopic), loads: of(options.loadsTopic) };
};
