import type { Cluster } from './cluster.ts';
import { protocolErrors } from './failure.ts';
import {
  decodeAssignment,
  encodeAssignment,
  encodeSubscription,
  protocolName,
  protocolType,
  shareOut,
} from './group-protocol.ts';

export interface GroupMemberOptions {
  readonly group: string;
  readonly topic: string;
  /** Milliseconds after which a member that says nothing counts as dead. */
  readonly sessionTimeout: number;
  /** Milliseconds that the others have to come together when somebody joins. */
  readonly rebalanceTimeout: number;
  /** The same after a restart: then the member takes its own place again, and nobody else is disturbed. */
  readonly identity: { readonly id: () => string; readonly renew: () => void };
}

/** One member of a group, by the client's plain requests in fixed versions. */
export interface GroupMember {
  /** Resolves once the group has come together, which may take `rebalanceTimeout`, with the partitions of this member. */
  join(cluster: Cluster): Promise<ReadonlySet<number>>;
  /** False if the group wants to come together anew, or has forgotten this member: `join` has to come next. */
  heartbeat(cluster: Cluster): Promise<boolean>;
  leave(cluster: Cluster): Promise<void>;
}

/** What asks for another `join`. Of all but the first the group does not know the member any more. */
const rejoin = ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID'];

export const createGroupMember = (options: GroupMemberOptions): GroupMember => {
  const { group, topic, sessionTimeout, rebalanceTimeout, identity } = options;
  let memberId = '';
  let generation = -1;

  /** True if the error says that `join` has to come next. */
  const mustRejoin = (error: unknown): boolean => {
    const name = protocolErrors(error).find((each) => rejoin.includes(each));
    if (name === undefined) return false;
    if (name !== 'REBALANCE_IN_PROGRESS') memberId = '';
    // Another process took this place: a copy of the folder. There is room for both under two names.
    if (name === 'FENCED_INSTANCE_ID') identity.renew();
    return true;
  };

  const tryJoin = async (cluster: Cluster): Promise<ReadonlySet<number>> => {
    const { kafka } = cluster;
    const connection = await cluster.groupCoordinator(group);
    const joined = await kafka.joinGroupV7.api.async(
      connection,
      group,
      sessionTimeout,
      rebalanceTimeout,
      memberId,
      identity.id(),
      protocolType,
      [{ name: protocolName, metadata: encodeSubscription(topic) }],
    );
    memberId = joined.memberId ?? '';
    generation = joined.generationId;
    const shares =
      joined.leader === memberId && joined.members.length > 0
        ? shareOut(joined.members, (await cluster.topic(topic)).partitions)
        : new Map<string, number[]>();
    const { assignment } = await kafka.syncGroupV5.api.async(
      connection,
      group,
      generation,
      memberId,
      identity.id(),
      protocolType,
      protocolName,
      [...shares].map(([id, own]) => ({ memberId: id, assignment: encodeAssignment(topic, own) })),
    );
    return new Set(decodeAssignment(assignment, topic));
  };

  return {
    async join(cluster) {
      for (;;) {
        try {
          return await tryJoin(cluster);
        } catch (error) {
          if (!mustRejoin(error)) throw error;
        }
      }
    },
    async heartbeat(cluster) {
      const connection = await cluster.groupCoordinator(group);
      try {
        await cluster.kafka.heartbeatV4.api.async(connection, group, generation, memberId, identity.id());
        return true;
      } catch (error) {
        if (mustRejoin(error)) return false;
        throw error;
      }
    },
    async leave(cluster) {
      const connection = await cluster.groupCoordinator(group);
      // Without an id, the place goes by its name.
      const own = { memberId, groupInstanceId: identity.id() };
      await cluster.kafka.leaveGroupV4.api.async(connection, group, [own]);
    },
  };
};
