import type { Destination } from '../destinations/destination.ts';
import type { ErasedRow } from '../destinations/erasure.ts';
import type { ForgetReport, ForgetRequest, ForgottenHere, OnForgetting } from '../privacy/forget.ts';
import { pseudonymShape } from '../privacy/pseudonyms.ts';
import { createMatch } from '../spool/purge.ts';
import { isAccepted } from '../spool/chunk.ts';
import type { Cluster } from './cluster.ts';
import { laneKey } from './cursor.ts';
import type { CursorNote, Range } from './cursor.ts';
import type { ForgetNote, ForgetNotes } from './forget-notes.ts';
import { createNotes } from './notes.ts';
import { boundsOf } from './partition-log.ts';
import { readChunks, sequenceOf } from './spool-reader.ts';
import type { ResolvedKafkaSpool } from './spool-options.ts';
import type { TopicPlace } from './topics.ts';

/** A destination that is asked to forget. Nothing is loaded through it meanwhile. */
export interface ForgettingTarget {
  readonly name: string;
  /** Throws what `open` throws. */
  withOpen<T>(work: (destination: Destination) => Promise<T>): Promise<T>;
  readonly canErase: boolean;
}

export interface KafkaForgetParts {
  readonly cluster: Cluster;
  readonly spool: ResolvedKafkaSpool;
  readonly events: TopicPlace;
  readonly cursors: TopicPlace;
  readonly notes: ForgetNotes;
  readonly targets: readonly ForgettingTarget[];
  readonly keys: () => string | null;
  readonly now: () => number;
}

/** Milliseconds that a load may take that was under way when the person was put on the list. */
const patience = 90_000;
const lookEvery = 500;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Forgets a person where the spool is Kafka, which takes nothing back: every loader is told by a note in the compacted topic, and looks
 * for notes before each load. So once the loads have ended that had begun before, no table gets a row of the person any more, and what
 * the tables have by then is taken out.
 */
export const createKafkaForget =
  ({ cluster, spool, events, cursors, notes, targets, keys, now }: KafkaForgetParts) =>
  async ({ erasure, dryRun, listed }: ForgetRequest, onForgetting: OnForgetting): Promise<ForgetReport> => {
    const seen: ErasedRow[] = [];
    const partitions = Array.from({ length: events.partitions }, (_, at) => at);

    /** What the topic holds of the person. */
    const look = async (): Promise<ForgottenHere> => {
      const match = createMatch(erasure);
      let rejects = 0;
      const before = seen.length;
      for (const partition of partitions) {
        onForgetting('spool', partition, events.partitions);
        const { start, end } = await boundsOf(cluster, spool.topic, partition);
        const whole = { from: sequenceOf(start), to: sequenceOf(end), start };
        for await (const { chunks } of readChunks(cluster, spool.topic, partition, whole)) {
          for (const { chunk } of chunks) {
            const all = match.shared(chunk.meta);
            for (const entry of chunk.entries) {
              if (!all && !match.entry(entry)) continue;
              if (!isAccepted(entry)) {
                rejects += 1;
                continue;
              }
              const { messageId, anonymousId, userId } = entry.columns;
              const { source, serverVisitorId } = chunk.meta;
              seen.push({ source, messageId, anonymousId, serverVisitorId, userId });
            }
          }
        }
      }
      onForgetting('spool', events.partitions, events.partitions);
      return { name: 'spool', state: 'kept', events: seen.length - before, rejects };
    };

    const cursorOf = (partition: number, destination: string): Promise<CursorNote | null> => {
      const log = `${events.id}-${partition}`;
      const { group, topic } = spool;
      const key = laneKey({ group, topic, partition, destination, log });
      return createNotes<CursorNote>(cluster, cursors, key).read();
    };
    const underWay = async (partition: number, destination: string): Promise<Range | null> => {
      const note = await cursorOf(partition, destination);
      const [repair] = note?.repairs ?? [];
      return note?.ranges[0] ?? (repair?.fixed ? repair.range : null);
    };

    const anybodyLoads = async (): Promise<boolean> => {
      const connection = await cluster.groupCoordinator(spool.group);
      const { groups } = await cluster.kafka.describeGroupsV5.api.async(connection, [spool.group], false);
      return (groups[0]?.members.length ?? 0) > 0;
    };

    /** Resolves with false if a load that may know nothing of the note did not end in time. */
    const oldLoadsEnded = async (destination: string): Promise<boolean> => {
      const until = now() + patience;
      for (const partition of partitions) {
        const first = String(await underWay(partition, destination));
        while (first !== 'null' && first === String(await underWay(partition, destination))) {
          // A loader that died took its load with it; whoever begins anew looks for notes.
          if (!(await anybodyLoads())) break;
          if (now() > until) return false;
          await pause(lookEvery);
        }
      }
      return true;
    };

    const count = async (destination: string, rows: readonly ErasedRow[]): Promise<void> => {
      const before = notes.all().get(listed!)!;
      const counts = { ...before.forgotten[destination] };
      for (const { source } of rows) counts[source] = (counts[source] ?? 0) + 1;
      await notes.publish({ ...before, forgotten: { ...before.forgotten, [destination]: counts } });
    };

    const inDestination = async ({ name, canErase, withOpen }: ForgettingTarget): Promise<ForgottenHere> => {
      if (!canErase) return { name, state: 'cannot', events: 0, rejects: 0 };
      const failed = { name, state: 'failed', events: 0, rejects: 0 } as const;
      try {
        if (!dryRun && !(await oldLoadsEnded(name))) return failed;
        const { rows, rejects } = await withOpen(async (destination) => {
          const found = await destination.erase!(erasure, true);
          if (!dryRun) await destination.erase!(erasure, false);
          return found;
        });
        seen.push(...rows);
        if (!dryRun && rows.length > 0) await count(name, rows);
        return { name, state: 'done', events: rows.length, rejects };
      } catch {
        // Its words may quote the row; why it does not answer is in the log.
        return failed;
      }
    };

    if (!dryRun) {
      await notes.refresh();
      const before = notes.all().get(listed!);
      const stands = Object.values(erasure.columns).flatMap((values) =>
        values.filter((each) => pseudonymShape.test(each)),
      );
      const note: ForgetNote = {
        at: now(),
        listed: listed!,
        keys: keys()!,
        pseudonyms: [...new Set([...(before?.pseudonyms ?? []), ...stands])],
        lifted: false,
        forgotten: before?.forgotten ?? {},
      };
      await notes.publish(note);
    }
    const places = [await look()];
    for (const [index, target] of targets.entries()) {
      onForgetting(target.name, index, targets.length);
      places.push(await inDestination(target));
      onForgetting(target.name, index + 1, targets.length);
    }
    const distinct = (values: readonly (string | null)[]): string[] =>
      [...new Set(values)].filter((value) => value !== null).sort();
    return {
      places,
      visitors: distinct(seen.flatMap(({ anonymousId, serverVisitorId }) => [anonymousId, serverVisitorId])),
      users: distinct(seen.map(({ userId }) => userId)),
    };
  };
