import type { Destination } from '../destinations/destination.ts';
import type { ErasedRow } from '../destinations/erasure.ts';
import { reportOf } from '../privacy/forget.ts';
import type { ForgetReport, ForgetRequest, ForgottenHere, OnForgetting } from '../privacy/forget.ts';
import { pseudonymShape } from '../privacy/pseudonyms.ts';
import type { Cluster } from './cluster.ts';
import type { ForgetNote, ForgetNotes } from './forget-notes.ts';
import { oldLoadsEnded } from './old-loads.ts';
import type { ResolvedKafkaSpool } from './spool-options.ts';
import { readTopicTraces } from './topic-traces.ts';
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

/**
 * Forgets a person where the spool is Kafka, which takes nothing back: every loader is told by a note in the compacted topic, and looks
 * for notes before each load. So once the loads have ended that had begun before, no table gets a row of the person any more, and what
 * the tables have by then is taken out.
 */
export const createKafkaForget =
  ({ cluster, spool, events, cursors, notes, targets, keys, now }: KafkaForgetParts) =>
  async ({ erasure, dryRun, listed }: ForgetRequest, onForgetting: OnForgetting): Promise<ForgetReport> => {
    const seen: ErasedRow[] = [];
    const loads = { cluster, spool, events, cursors, now };

    const inTopic = async (): Promise<ForgottenHere> => {
      const place = { topic: spool.topic, partitions: events.partitions };
      const { rows, rejects } = await readTopicTraces(cluster, place, erasure, (done) =>
        onForgetting('spool', done, events.partitions),
      );
      seen.push(...rows);
      return { name: 'spool', state: 'kept', events: rows.length, rejects };
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
        if (!dryRun && !(await oldLoadsEnded(loads, name))) return failed;
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
    const places = [await inTopic()];
    for (const [index, target] of targets.entries()) {
      onForgetting(target.name, index, targets.length);
      places.push(await inDestination(target));
      onForgetting(target.name, index + 1, targets.length);
    }
    return reportOf(places, seen);
  };
