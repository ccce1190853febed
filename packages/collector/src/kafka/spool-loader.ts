import { join } from 'node:path';
import type { CollectorConfig } from '../config.ts';
import { chooseForQuery } from '../destinations/choose.ts';
import type { Destination, DestinationError } from '../destinations/destination.ts';
import type { Loader, LoaderParts } from '../loader/loader.ts';
import { createOneAtATime } from '../one-at-a-time.ts';
import type { OneAtATime } from '../one-at-a-time.ts';
import type { Trouble } from '../trouble.ts';
import { addBooks } from './books.ts';
import type { PartitionBooks } from './books.ts';
import type { Cluster, KafkaClient } from './cluster.ts';
import { laneKey } from './cursor.ts';
import type { ForgettingTarget } from './forget.ts';
import type { ForgetList } from './forget-list.ts';
import { startLane } from './lane.ts';
import type { Lane } from './lane.ts';
import { openMemberIdentity } from './member-identity.ts';
import { joinGroup } from './membership.ts';
import { openSeenIndexes } from './seen-index.ts';
import type { ResolvedKafkaSpool } from './spool-options.ts';
import type { TopicPlace } from './topics.ts';

/** The loading side where Kafka is the spool: a lane for each of its partitions and each destination. */
export interface KafkaLoader extends Pick<Loader, 'troubles' | 'query' | 'stop'> {
  /** Messages that wait for a destination in the partitions of this loader. */
  lag(destination: string): number;
  /** The books of the partitions of this loader. */
  books(destination: string): PartitionBooks;
  /** Its destinations, each between two loads of its own. */
  readonly forgetting: readonly ForgettingTarget[];
  /** The cursor of the lane of this key (cursor.ts) was changed by a command. */
  reopen(key: string): void;
}

export interface KafkaLoaderParts extends Omit<LoaderParts, 'spool' | 'onSettleFailure'> {
  readonly kafka: KafkaClient;
  /** Closed by whoever made it. */
  readonly cluster: Cluster;
  readonly forgotten: ForgetList;
  readonly spool: ResolvedKafkaSpool;
  readonly events: TopicPlace;
  readonly cursors: TopicPlace;
  readonly onGroupError: (error: unknown) => void;
}

interface Target {
  readonly name: string;
  readonly destination: Destination;
  readonly inTurn: OneAtATime;
  /** Opened before its first load, and again after a failure. */
  open(): Promise<void>;
  close(): Promise<void>;
}

const createTarget = (name: string, destination: Destination): Target => {
  const inTurn = createOneAtATime();
  let opened = false;
  return {
    name,
    destination: {
      ...destination,
      async load(batch) {
        if (!opened) await destination.open();
        opened = true;
        await destination.load(batch);
      },
    },
    inTurn,
    open: () =>
      inTurn(async () => {
        if (!opened) await destination.open();
        opened = true;
      }),
    close: () =>
      inTurn(async () => {
        if (opened) await destination.close();
      }),
  };
};

/** @throws NitkaError `config_invalid` or `destination_client_missing` */
export const createKafkaLoader = async (
  config: Pick<CollectorConfig, 'dataDir' | 'destinations' | 'loader'>,
  parts: KafkaLoaderParts,
): Promise<KafkaLoader> => {
  const { kafka, cluster, forgotten, spool, events, cursors, clock, random, createDestination, onTrouble } =
    parts;
  const targets: Target[] = [];
  for (const options of config.destinations) {
    targets.push(createTarget(options.name, await createDestination(options, config.dataDir)));
  }
  const indexes = openSeenIndexes(join(config.dataDir, 'seen'), cluster);
  /** By partition, then by destination. */
  const lanes = new Map<number, Map<string, Lane>>();
  const ending = new Set<Promise<unknown>>();
  let stopping = false;

  const startLanes = (partition: number): Map<string, Lane> => {
    const log = `${events.id}-${partition}`;
    const seen = indexes.of(log, spool.topic, partition);
    const own = targets.map(({ name, destination, inTurn }): [string, Lane] => {
      const lane = startLane(
        {
          name: { group: spool.group, topic: spool.topic, partition, destination: name, log },
          cursors,
          ...config.loader,
          onRemoved: spool.onRemoved,
        },
        {
          cluster,
          forgotten,
          seen,
          destination,
          inTurn,
          clock,
          random,
          onTrouble: (error: DestinationError) => onTrouble(name, error),
        },
      );
      return [name, lane];
    });
    return new Map(own);
  };

  const endLanes = (partition: number): void => {
    const ended = Promise.all([...(lanes.get(partition)?.values() ?? [])].map((lane) => lane.stop()));
    lanes.delete(partition);
    ending.add(ended);
    void ended.finally(() => ending.delete(ended));
  };

  const assign = (partitions: ReadonlySet<number>): void => {
    if (stopping) return;
    for (const partition of lanes.keys()) if (!partitions.has(partition)) endLanes(partition);
    for (const partition of partitions) {
      if (!lanes.has(partition)) lanes.set(partition, startLanes(partition));
    }
  };

  const membership = joinGroup(kafka, {
    address: spool.address,
    group: spool.group,
    topic: spool.topic,
    identity: openMemberIdentity(config.dataDir),
    onAssigned: assign,
    onError: parts.onGroupError,
  });

  const ofDestination = (name: string): Lane[] =>
    [...lanes.values()].flatMap((own) => [...own].filter(([key]) => key === name).map(([, lane]) => lane));

  return {
    troubles: () =>
      new Map(
        targets.map(({ name }) => [
          name,
          ofDestination(name)
            .map((lane) => lane.trouble())
            .find((trouble): trouble is Trouble => trouble !== null) ?? null,
        ]),
      ),
    lag: (name) => ofDestination(name).reduce((sum, lane) => sum + lane.waiting(), 0),
    books: (name) =>
      ofDestination(name)
        .map((lane) => lane.books())
        .reduce(addBooks, {}),
    forgetting: targets.map(({ name, destination, inTurn, open }) => ({
      name,
      canErase: destination.erase !== undefined,
      async withOpen(work) {
        await open();
        return inTurn(() => work(destination));
      },
    })),
    reopen(key) {
      for (const [partition, own] of lanes) {
        for (const [destination, lane] of own) {
          const { group, topic } = spool;
          const log = `${events.id}-${partition}`;
          if (laneKey({ group, topic, partition, destination, log }) === key) lane.reopen();
        }
      }
    },
    async query(sql, limit, name) {
      const targetOf = (wanted: string): Target => targets.find((target) => target.name === wanted)!;
      const names = targets.map((target) => target.name);
      const found = await chooseForQuery(names, (each) => targetOf(each).destination, name);
      await targetOf(found.name).open();
      return found.destination.query(sql, limit);
    },
    async stop() {
      stopping = true;
      for (const partition of [...lanes.keys()]) endLanes(partition);
      await Promise.all(ending);
      await membership.leave();
      for (const target of targets) await target.close();
      await indexes.close();
    },
  };
};
