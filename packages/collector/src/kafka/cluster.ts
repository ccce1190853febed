import { readFileSync } from 'node:fs';
import type { Broker, Connection } from '@platformatic/kafka';

/** The module of the client, which is imported when it is used. */
export type KafkaClient = typeof import('@platformatic/kafka');

/** How brokers are reached. */
export interface KafkaAddress {
  readonly brokers: readonly string[];
  readonly tls: boolean;
  /** PEM file of the authority that signed the brokers' certificates. */
  readonly caFile?: string;
  readonly sasl: { readonly mechanism: string; readonly username: string; readonly password: string } | null;
  readonly timeoutSeconds: number;
}

export const connectionOptions = ({ brokers, sasl, tls, caFile, timeoutSeconds }: KafkaAddress) => ({
  clientId: 'nitka-collector',
  bootstrapBrokers: [...brokers],
  autocreateTopics: false,
  timeout: timeoutSeconds * 1000,
  requestTimeout: timeoutSeconds * 1000,
  connectTimeout: 10_000,
  retries: 2,
  retryDelay: 200,
  ...(tls && { tls: {} }),
  ...(caFile !== undefined && { tls: { ca: readFileSync(caFile, 'utf8') } }),
  ...(sasl && { sasl: { ...sasl, mechanism: sasl.mechanism as 'PLAIN' } }),
});

/** Connections to the brokers by what they are asked for. */
export interface Cluster {
  readonly kafka: KafkaClient;
  leader(topic: string, partition: number): Promise<Connection>;
  transactionCoordinator(transactionalId: string): Promise<Connection>;
  groupCoordinator(group: string): Promise<Connection>;
  /** How many partitions a topic has, 0 if it is not there; and the id that it was given when it was made. */
  topic(topic: string): Promise<{ readonly partitions: number; readonly id: string }>;
  /** After a failure: brokers may have changed their parts. */
  forget(): void;
  close(): Promise<void>;
}

export const createCluster = (kafka: KafkaClient, address: KafkaAddress): Cluster => {
  const base = new kafka.Base(connectionOptions(address));
  const bootstrap = address.brokers.map((broker) => kafka.parseBroker(broker, 9092));
  const coordinators = new Map<string, Broker>();
  const missing = (what: string): Error => new Error(`no broker has ${what} now`);

  const coordinatorOf = async (kind: 'GROUP' | 'TRANSACTION', key: string): Promise<Connection> => {
    const known = coordinators.get(`${kind} ${key}`);
    if (known) return base.connections.get(known);
    const any = await base.connections.getFirstAvailable(bootstrap);
    const { coordinators: found } = await kafka.findCoordinatorV4.api.async(
      any,
      kafka.FindCoordinatorKeyTypes[kind],
      [key],
    );
    if (!found[0]) throw missing(`the ${kind.toLowerCase()} ${key}`);
    const { host, port } = found[0];
    coordinators.set(`${kind} ${key}`, { host, port });
    return base.connections.get({ host, port });
  };

  return {
    kafka,
    async leader(topic, partition) {
      const { topics, brokers } = await base.metadata({ topics: [topic] });
      const leader = topics.get(topic)?.partitions[partition]?.leader;
      const broker = leader === undefined ? undefined : brokers.get(leader);
      if (!broker) throw missing(`partition ${partition} of ${topic}`);
      return base.connections.get(broker);
    },
    transactionCoordinator: (transactionalId) => coordinatorOf('TRANSACTION', transactionalId),
    groupCoordinator: (group) => coordinatorOf('GROUP', group),
    async topic(name) {
      const found = (await base.metadata({ topics: [name] })).topics.get(name);
      return { partitions: found?.partitionsCount ?? 0, id: found?.id ?? '' };
    },
    forget() {
      coordinators.clear();
      base.clearMetadata();
    },
    close: () =>
      new Promise((resolve) => {
        // What is of no use any more need not be closed well.
        base.close(() => resolve());
      }),
  };
};
