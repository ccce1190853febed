import * as kafka from '@platformatic/kafka';
import { describe, expect, it, onTestFinished } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import { connectionOptions } from '../../src/kafka/cluster.ts';
import { openMemberIdentity } from '../../src/kafka/member-identity.ts';
import { joinGroup } from '../../src/kafka/membership.ts';
import { temporaryFolder } from '../support/collector.ts';
import { takeTurns } from '../support/exclusive.ts';
import { freshName } from '../support/kafka.ts';

const server = needsServer('kafka');
takeTurns(server);

const partitions = 4;
const all = new Set(Array.from({ length: partitions }, (_, at) => at));
const address = { brokers: [server.url], tls: false, sasl: null, timeoutSeconds: 5 };

const eventually = async (look: () => void | Promise<void>): Promise<void> => {
  const until = Date.now() + 60_000;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
};

const open = async () => {
  const topic = freshName();
  const admin = new kafka.Admin(connectionOptions(address));
  onTestFinished(() => admin.close());
  await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
  const members = async (): Promise<string[]> => {
    const group = (await admin.describeGroups({ groups: [topic] })).get(topic);
    return [...(group?.members.keys() ?? [])];
  };
  const join = (folder = temporaryFolder()) => {
    let own: ReadonlySet<number> = new Set();
    const errors: unknown[] = [];
    const membership = joinGroup(kafka, {
      address,
      group: topic,
      topic,
      identity: openMemberIdentity(folder),
      onAssigned: (partitions) => (own = partitions),
      onError: (error) => errors.push(error),
    });
    onTestFinished(() => membership.leave());
    return { own: () => own, errors, leave: membership.leave };
  };
  return { topic, members, join };
};

describe.skipIf(server.missing)(title('the group of loaders', server), () => {
  it(
    'stays a member while the group waits for one that has died, and then has its partitions, too',
    { timeout: 240_000 },
    async () => {
      const { topic, members, join } = await open();
      const first = join();
      await eventually(() => expect(first.own()).toEqual(all));
      const [id] = await members();
      const other = new kafka.Consumer({ ...connectionOptions(address), groupId: topic, sessionTimeout: 10_000, heartbeatInterval: 1000 }); // prettier-ignore
      other.topics.track(topic);
      await other.joinGroup({});
      await eventually(() => expect(first.own().size).toBe(partitions / 2));
      // As kill -9 does: nobody says goodbye.
      await other.connections.close();
      // The group comes together anew, and has to wait for the dead one.
      const third = join();
      const newcomers = new Set<string>();
      await eventually(async () => {
        for (const member of await members()) newcomers.add(member);
        expect(new Set([...first.own(), ...third.own()])).toEqual(all);
        expect(first.own().size).toBe(partitions / 2);
      });
      expect(await members()).toContain(id);
      // The first, the dead and the third: nobody came twice.
      expect(newcomers.size).toBe(3);
      expect([first.errors, third.errors]).toEqual([[], []]);
    },
  );

  it('takes its own place again after it was killed, and disturbs nobody', { timeout: 240_000 }, async () => {
    const { members, join } = await open();
    const folder = temporaryFolder();
    const first = join(folder);
    const other = join();
    await eventually(() => expect([first.own().size, other.own().size]).toEqual([2, 2]));
    const before = first.own();
    const known = await members();
    // The first says nothing any more, as far as the group can tell: another one has its place.
    const again = join(folder);
    await eventually(() => expect(again.own()).toEqual(before));
    const after = await members();
    expect(after).toHaveLength(2);
    expect(after.filter((id) => known.includes(id))).toHaveLength(1);
    // Whoever lost its place to a copy of its folder takes another one.
    await eventually(() => expect(new Set([...first.own(), ...again.own(), ...other.own()])).toEqual(all));
    await eventually(async () => expect(await members()).toHaveLength(3));
  });

  it('hands its partitions over at once when it leaves', { timeout: 240_000 }, async () => {
    const { join } = await open();
    const first = join();
    const other = join();
    await eventually(() => expect([first.own().size, other.own().size]).toEqual([2, 2]));
    await first.leave();
    await eventually(() => expect(other.own()).toEqual(all));
    expect([first.errors, other.errors]).toEqual([[], []]);
  });
});
