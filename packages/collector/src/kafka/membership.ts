import type { Consumer } from '@platformatic/kafka';
import { connectionOptions } from './cluster.ts';
import type { KafkaAddress, KafkaClient } from './cluster.ts';

/** This process among the loaders of its group. */
export interface Membership {
  /** Leaves the group, so that the others take over at once. */
  leave(): Promise<void>;
}

export interface MembershipOptions {
  readonly address: KafkaAddress;
  readonly group: string;
  readonly topic: string;
  /** Told of the partitions that are this loader's, again and again. It has to be quick. */
  readonly onAssigned: (partitions: ReadonlySet<number>) => void;
  readonly onError: (error: unknown) => void;
}

const lookEvery = 250;
const lookAtMost = 5000;
/** Milliseconds after which a loader that says nothing counts as dead. */
const sessionTimeout = 10_000;
/** Milliseconds that a group may take to come together, and a consumer to close: the client can lose an answer with a broker. */
const patience = { join: 3 * sessionTimeout, close: 5000 };

/** What takes longer than it may is given up. */
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
 * (cursor.ts), not the group, which only shares out the work.
 */
export const joinGroup = (
  kafka: KafkaClient,
  { address, group, topic, onAssigned, onError }: MembershipOptions,
): Membership => {
  let consumer: Consumer | null = null;
  let leaving = false;
  let joining: Promise<void> = Promise.resolve();
  /** In a row. */
  let failures = 0;

  const letGo = (old: Consumer): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      old.close(true, () => resolve());
    });
    // One that does not close is of no use either way: its session ends by itself.
    return within(patience.close, 'closing', closed).catch(() => undefined);
  };

  const join = async (): Promise<void> => {
    const own = new kafka.Consumer({
      ...connectionOptions(address),
      groupId: group,
      sessionTimeout,
      rebalanceTimeout: 2 * sessionTimeout,
      heartbeatInterval: 1000,
    });
    own.on('error' as never, onError as never);
    own.topics.track(topic);
    try {
      await within(patience.join, 'joining the group', own.joinGroup({}));
      consumer = own;
    } catch (error) {
      await letGo(own);
      throw error;
    }
  };

  const look = async (): Promise<void> => {
    try {
      if (consumer && !consumer.isActive()) {
        const lost = consumer;
        consumer = null;
        await letGo(lost);
      }
      if (!consumer) await join();
      const own = (consumer?.assignments ?? []).filter((assignment) => assignment.topic === topic);
      failures = 0;
      if (!leaving) onAssigned(new Set(own.flatMap(({ partitions }) => partitions)));
    } catch (error) {
      failures += 1;
      if (!leaving && failures === 1) onError(error);
    }
  };

  let timer: NodeJS.Timeout | undefined;
  const loop = (): void => {
    joining = look().finally(() => {
      if (!leaving) timer = setTimeout(loop, Math.min(lookEvery * 2 ** failures, lookAtMost));
    });
  };
  loop();

  return {
    async leave() {
      leaving = true;
      clearTimeout(timer);
      await joining;
      if (consumer) await letGo(consumer);
    },
  };
};
