import type { Cluster } from './cluster.ts';
import { laneKey } from './cursor.ts';
import type { CursorNote, Range } from './cursor.ts';
import { createNotes } from './notes.ts';
import type { ResolvedKafkaSpool } from './spool-options.ts';
import type { TopicPlace } from './topics.ts';

export interface OldLoadsParts {
  readonly cluster: Cluster;
  readonly spool: Pick<ResolvedKafkaSpool, 'group' | 'topic'>;
  readonly events: TopicPlace;
  readonly cursors: TopicPlace;
  readonly now: () => number;
}

/** Milliseconds that a load may take that was under way when the person was put on the list. */
const patience = 90_000;
const lookEvery = 500;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The range that a lane is sending: its first, or a repair as large as it will stay. Null between two loads. */
export const rangeUnderWay = (note: CursorNote | null): Range | null => {
  const [repair] = note?.repairs ?? [];
  return note?.ranges[0] ?? (repair?.fixed ? repair.range : null);
};

const isSame = ([from, to]: Range, other: Range | null): boolean => from === other?.[0] && to === other[1];

/**
 * Waits for the loads into a destination that are under way now, whoever does them. Resolves with false if one of them, which may know
 * nothing of what was just noted, did not end in time.
 */
export const oldLoadsEnded = async (
  { cluster, spool, events, cursors, now }: OldLoadsParts,
  destination: string,
): Promise<boolean> => {
  const underWay = async (partition: number): Promise<Range | null> => {
    const { group, topic } = spool;
    const key = laneKey({ group, topic, partition, destination, log: `${events.id}-${partition}` });
    return rangeUnderWay(await createNotes<CursorNote>(cluster, cursors, key).read());
  };
  const anybodyLoads = async (): Promise<boolean> => {
    const connection = await cluster.groupCoordinator(spool.group);
    const { groups } = await cluster.kafka.describeGroupsV5.api.async(connection, [spool.group], false);
    return (groups[0]?.members.length ?? 0) > 0;
  };

  const until = now() + patience;
  for (let partition = 0; partition < events.partitions; partition += 1) {
    const first = await underWay(partition);
    while (first !== null && isSame(first, await underWay(partition))) {
      // A loader that died took its load with it; whoever begins anew looks for notes.
      if (!(await anybodyLoads())) break;
      if (now() > until) return false;
      await pause(lookEvery);
    }
  }
  return true;
};
