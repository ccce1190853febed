import { systemClock } from '../clock.ts';
import { createPause } from '../pause.ts';
import { createCluster } from './cluster.ts';
import type { Cluster, KafkaAddress, KafkaClient } from './cluster.ts';
import { createGroupMember } from './group-member.ts';
import type { MemberIdentity } from './member-identity.ts';

/** This process among the loaders of its group. */
export interface Membership {
  /** Leaves the group, so that the others take over at once. */
  leave(): Promise<void>;
}

export interface MembershipOptions {
  readonly address: KafkaAddress;
  readonly group: string;
  readonly topic: string;
  readonly identity: MemberIdentity;
  /** Told of the partitions that are this loader's, each time the group has come together. It has to be quick. */
  readonly onAssigned: (partitions: ReadonlySet<number>) => void;
  readonly onError: (error: unknown) => void;
}

const heartbeatEvery = 1000;
const pauseAfterFailure = { least: 250, most: 5000 };
/** Milliseconds after which a loader that says nothing counts as dead. */
const sessionTimeout = 10_000;
/** Milliseconds that the group has to come together. A group with a dead member in it takes as long as its session. */
const rebalanceTimeout = 2 * sessionTimeout;
/**
 * Seconds that an answer may take: who joins is answered when the group has come together. A shorter patience asks again and again,
 * and each of these requests keeps the group apart.
 */
const answerSeconds = (rebalanceTimeout + 5000) / 1000;
/** The client can lose an answer with a broker: what takes longer than it may is given up. */
const patience = { request: 2 * answerSeconds * 1000, leave: 5000 };

const within = async <T>(milliseconds: number, what: string, task: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} takes too long`)), milliseconds);
  });
  try {
    return await Promise.race([task, late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Joins the group and stays in it. Two loaders may for a moment think that a partition is theirs: what keeps them apart is the cursor
 * (cursor.ts), not the group, which only shares out the work. So a loader keeps what it has while the group comes together anew.
 *
 * By plain requests, since the client's Consumer says nothing for as long as the group takes to come together, forgets its heartbeats after
 * one that failed, and may be a member still after it was closed.
 */
export const joinGroup = (
  kafka: KafkaClient,
  { address, group, topic, identity, onAssigned, onError }: MembershipOptions,
): Membership => {
  // Its own connections: a broker answers nothing else on one while it holds back the answer to who joins.
  const connect = (): Cluster =>
    createCluster(kafka, { ...address, timeoutSeconds: Math.max(address.timeoutSeconds, answerSeconds) });
  const member = createGroupMember({ group, topic, sessionTimeout, rebalanceTimeout, identity });
  let cluster = connect();
  let isMember = false;
  let leaving = false;
  /** In a row. */
  let failures = 0;
  const pause = createPause(systemClock);

  const step = async (): Promise<void> => {
    if (isMember) {
      isMember = await within(patience.request, 'a heartbeat', member.heartbeat(cluster));
    } else {
      const partitions = await within(patience.request, 'joining the group', member.join(cluster));
      isMember = true;
      if (!leaving) onAssigned(partitions);
    }
    failures = 0;
    if (isMember) await pause.wait(heartbeatEvery);
  };

  const fail = async (error: unknown): Promise<void> => {
    failures += 1;
    if (failures === 1) onError(error);
    // What is still on its way over the old connections must not meet what comes next.
    void cluster.close();
    cluster = connect();
    const { least, most } = pauseAfterFailure;
    await pause.wait(Math.min(least * 2 ** failures, most));
  };

  const run = async (): Promise<void> => {
    while (!leaving) {
      try {
        await step();
      } catch (error) {
        if (!leaving) await fail(error);
      }
    }
  };
  const running = run();

  return {
    async leave() {
      leaving = true;
      pause.endAll();
      // Breaks off a request that waits for the others.
      await within(patience.leave, 'closing', cluster.close()).catch(() => undefined);
      await running;
      const last = connect();
      // Who cannot say goodbye is missed after its session.
      await within(patience.leave, 'leaving the group', member.leave(last)).catch(() => undefined);
      void last.close();
    },
  };
};
