import type { Admin } from '@platformatic/kafka';
import { DestinationError } from '../destinations/destination.ts';
import { connectionOptions } from './cluster.ts';
import type { KafkaAddress, KafkaClient } from './cluster.ts';

/** What a topic has to be like. */
export interface TopicRules {
  /** Makes missing topics with so many partitions and replicas. */
  readonly create?: { readonly partitions: number; readonly replicas: number };
  readonly minInsyncReplicas: number;
  readonly maxRequestBytes: number;
}

export interface WantedTopic {
  readonly name: string;
  /** Of each key only the last record is kept. */
  readonly compacted: boolean;
}

export interface TopicPlace {
  readonly name: string;
  /** Given by the brokers when the topic is made: one that is made anew under the same name has another. */
  readonly id: string;
  readonly partitions: number;
}

/** Small segments of what is compacted: what is superseded goes soon, and the last note of a writer is found soon. */
const settingsOf = ({ minInsyncReplicas, maxRequestBytes }: TopicRules, compacted: boolean) => [
  { name: 'cleanup.policy', value: compacted ? 'compact' : 'delete' },
  { name: 'min.insync.replicas', value: String(minInsyncReplicas) },
  { name: 'max.message.bytes', value: String(Math.max(maxRequestBytes, 1_048_588)) },
  // Retention counts from when a broker has a message: by a time of the past it would be removed before anybody has read it.
  compacted
    ? { name: 'segment.bytes', value: '16777216' }
    : { name: 'message.timestamp.type', value: 'LogAppendTime' },
];

/** Why a topic must not be written to, or null. */
const faultOf = (
  settings: ReadonlyMap<string, string>,
  rules: TopicRules,
  compacted: boolean,
): string | null => {
  const policy = settings.get('cleanup.policy') ?? 'delete';
  if (compacted && policy !== 'compact')
    return `cleanup.policy is "${policy}": notes that are needed would be removed; set "compact"`;
  if (!compacted && policy.includes('compact'))
    return `cleanup.policy is "${policy}": compaction removes events; set "delete"`;
  const replicas = Number(settings.get('min.insync.replicas') ?? 1);
  if (replicas < rules.minInsyncReplicas) {
    return `min.insync.replicas is ${replicas}, expected at least ${rules.minInsyncReplicas}: raise it, or lower "minInsyncReplicas"`;
  }
  const bytes = Number(settings.get('max.message.bytes') ?? 1_048_588);
  if (bytes < rules.maxRequestBytes) {
    return `max.message.bytes is ${bytes}, under "maxRequestBytes" (${rules.maxRequestBytes}): raise it, or lower the option`;
  }
  return null;
};

/** Topic type of https://kafka.apache.org/protocol#The_Messages_DescribeConfigs */
const topicResource = 2;

const prepare = async (
  admin: Admin,
  wanted: readonly WantedTopic[],
  rules: TopicRules,
): Promise<ReadonlyMap<string, TopicPlace>> => {
  const known = new Set(await admin.listTopics());
  const missing = wanted.filter(({ name }) => !known.has(name));
  if (missing.length > 0 && !rules.create) {
    const names = missing.map(({ name }) => name).join(', ');
    throw new DestinationError(
      'schema',
      `the topic ${names} is not there; make it, or give "create" with "partitions" and "replicas"`,
    );
  }
  for (const { name, compacted } of missing) {
    const configs = settingsOf(rules, compacted);
    await admin
      .createTopics({ topics: [name], ...rules.create, ...(compacted && { partitions: 1 }), configs })
      .catch(async (error: unknown) => {
        // Another collector may have been faster.
        if (!(await admin.listTopics()).includes(name)) throw error;
      });
  }
  const described = await admin.describeConfigs({
    resources: wanted.map(({ name }) => ({ resourceType: topicResource, resourceName: name })),
  });
  for (const { resourceName, configs } of described) {
    const settings = new Map(configs.map(({ name, value }) => [name, value ?? '']));
    const compacted = wanted.some((topic) => topic.compacted && topic.name === resourceName);
    const fault = faultOf(settings, rules, compacted);
    if (fault !== null) throw new DestinationError('schema', `topic ${resourceName}: ${fault}`);
  }
  const names = wanted.map(({ name }) => name);
  const { topics } = await admin.metadata({ topics: names, forceUpdate: true });
  return new Map(
    wanted.map(({ name }) => {
      const { partitionsCount: partitions = 0, id = '' } = topics.get(name) ?? {};
      if (partitions === 0)
        throw new DestinationError('temporary', `the topic ${name} has no partitions yet`);
      return [name, { name, id, partitions }];
    }),
  );
};

/** Makes the topics if it may, and checks that what is written to them is safe. Throws DestinationError `schema`. */
export const prepareTopics = async (
  kafka: KafkaClient,
  address: KafkaAddress,
  wanted: readonly WantedTopic[],
  rules: TopicRules,
): Promise<ReadonlyMap<string, TopicPlace>> => {
  const admin = new kafka.Admin(connectionOptions(address));
  try {
    return await prepare(admin, wanted, rules);
  } finally {
    await admin.close().catch(() => undefined);
  }
};
