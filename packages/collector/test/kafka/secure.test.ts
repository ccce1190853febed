import { randomUUID } from 'node:crypto';
import {
  Admin,
  AclOperations,
  AclPermissionTypes,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import { parseConfig } from '../../src/config-file.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { createKafka } from '../../src/destinations/kafka.ts';
import { openKafkaCollector } from '../../src/kafka/open-collector.ts';
import { browserKey, temporaryFolder, testSources } from '../support/collector.ts';
import { eventually } from '../support/eventually.ts';
import { takeTurns } from '../support/exclusive.ts';
import { freshName, kafkaSpool, messagesOf } from '../support/kafka.ts';
import { createMemoryDestination } from '../support/memory-destination.ts';
import { otherAuthority, refusalOf } from '../support/refusal.ts';
import { row } from '../support/rows.ts';

const kafka = needsServer('kafka');
takeTurns(kafka);

/** The part of a config that says where the broker is and who comes; name and password are in the environment. */
const addressOf = (mechanism: string, ownPassword?: string) => {
  const { url, caFile } = kafka.secure();
  const { username, password, host } = new URL(`kafka://${url}`);
  vi.stubEnv('KAFKA_USER', username);
  vi.stubEnv('KAFKA_PASSWORD', ownPassword ?? password);
  onTestFinished(() => void vi.unstubAllEnvs());
  const sasl = { mechanism, usernameVariable: 'KAFKA_USER', passwordVariable: 'KAFKA_PASSWORD' };
  return { brokers: [host], caFile, sasl };
};

/** Rights on everything of a kind whose name begins so, for as long as the test runs. */
const allow = async (
  kind: 'TOPIC' | 'GROUP' | 'TRANSACTIONAL_ID',
  resourceName: string,
  ...operations: (keyof typeof AclOperations)[]
): Promise<void> => {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [kafka.url] });
  const rights = operations.map((operation) => ({
    ...{ principal: 'User:nitka', host: '*', permissionType: AclPermissionTypes.ALLOW },
    ...{ resourceType: ResourceTypes[kind], resourcePatternType: ResourcePatternTypes.PREFIXED },
    ...{ resourceName, operation: AclOperations[operation] },
  }));
  await admin.createAcls({ creations: rights });
  onTestFinished(async () => {
    await admin.deleteAcls({ filters: rights });
    await admin.close();
  });
};

describe.skipIf(kafka.missing)(title('Kafka by TLS with SASL and ACLs', kafka), () => {
  const open = (state: string, address: object): Promise<Destination> =>
    createKafka(
      {
        ...{ type: 'kafka', minInsyncReplicas: 1, timeoutSeconds: 5, create: { partitions: 2, replicas: 1 } },
        ...{ topic: `${state}-events`, rejectsTopic: `${state}-rejects`, loadsTopic: `${state}-loads` },
        ...address,
      },
      { dataDir: temporaryFolder() },
    );

  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])(
    'takes loads with %s, and with the rights that the documents name',
    async (mechanism) => {
      const state = freshName();
      await allow('TOPIC', state, 'WRITE', 'DESCRIBE', 'CREATE', 'DESCRIBE_CONFIGS');
      await allow('TOPIC', `${state}-loads`, 'READ');
      await allow('TRANSACTIONAL_ID', 'nitka-', 'WRITE', 'DESCRIBE');
      const destination = await open(state, addressOf(mechanism));
      await destination.open();
      onTestFinished(() => destination.close());
      await destination.load({ id: 'b', events: [row('m1'), row('m2')], rejects: [], loadedAt: 1 });
      const found = await messagesOf(kafka.url, `${state}-events`);
      expect(found.map(({ headers }) => headers.get('messageId')).sort()).toEqual(['m1', 'm2']);
    },
  );

  it('is a spool with the rights that the documents name', async () => {
    const state = freshName();
    await allow('TOPIC', state, 'READ', 'WRITE', 'DESCRIBE', 'CREATE', 'DESCRIBE_CONFIGS');
    await allow('GROUP', state, 'READ');
    await allow('TRANSACTIONAL_ID', `nitka-${state}-`, 'WRITE', 'DESCRIBE');
    const destination = createMemoryDestination();
    const { kafka: plain } = kafkaSpool(kafka.url, state, 2);
    const config = parseConfig(
      {
        ...{ sources: testSources, listen: { port: 0 }, log: { level: 'silent' }, shutdownSeconds: 1 },
        loader: { maxDelayMs: 20 },
        spool: { kafka: { ...plain, ...addressOf('SCRAM-SHA-512') } },
      },
      temporaryFolder(),
    );
    const collector = await openKafkaCollector(config, { createDestination: async () => destination });
    onTestFinished(() => collector.close());
    const ids = Array.from({ length: 20 }, () => randomUUID());
    const batch = ids.map((messageId, at) => ({
      type: 'track',
      event: 'E',
      messageId,
      anonymousId: `v${at % 3}`,
    }));
    const answer = await collector.app.inject({
      method: 'POST',
      url: '/v1/batch',
      payload: { writeKey: browserKey, batch },
    });
    expect(answer.json()).toMatchObject({ success: true });
    await eventually(() => {
      const loaded = destination.batches.flatMap(({ events }) => events.map(({ message_id: id }) => id));
      expect(loaded.sort()).toEqual(ids.sort());
    });
  });

  it('tells why it takes nothing, without the password', async () => {
    const state = freshName();
    const why = async (address: object): Promise<string> => refusalOf(await open(state, address));
    expect(await why(addressOf('PLAIN'))).toContain('TOPIC_AUTHORIZATION_FAILED');
    expect(await why({ ...addressOf('PLAIN'), caFile: await otherAuthority() })).toContain(
      'self-signed certificate',
    );
    expect(await why({ ...addressOf('PLAIN'), brokers: ['127.0.0.1:1'] })).toContain('ECONNREFUSED');
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-256']) {
      const text = await why(addressOf(mechanism, 'not-this-one'));
      expect(text).toContain('SASL authentication failed');
      expect(text).not.toContain('not-this-one');
    }
  });
});
