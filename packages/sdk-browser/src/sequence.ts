import { toJson, withFields, type EventContext } from '@nitka/core';
import type { EventQueue, EventRecord } from './storage/queue.ts';
import { partsOf, type TextStore } from './storage/text-store.ts';

/** Every event's text starts with its context and session, so that the number can be put in without parsing it. */
const withoutNumber = /^{"context":{"sessionId":"([\w-]+)"/;

export interface SequenceParts {
  readonly store: TextStore;
  readonly queue: Pick<EventQueue, 'read' | 'rewrite'>;
  /** Adds to the context of each event what is too slow for a call. */
  readonly readLater?: (() => EventContext | undefined) | undefined;
  /** The session that the tabs have agreed on. */
  readonly settleSession: (id: string) => string;
}

export interface Sequence {
  /** Texts ready for a batch: with a number, and what `readLater` adds, for ever; with the visitor id for this attempt. */
  stamp(records: readonly EventRecord[], anonymousId: string): string[];
  /** Binds what waits to the id it was tracked under, before that changes on purpose. */
  seal(anonymousId: string): void;
}

/**
 * 1, 2, 3 … for each visitor, whatever the tab.
 *
 * Numbers are given when events enter a batch, not at the call: localStorage has no atomic increment, and two tabs
 * (two processes, each with its own view of it) that count at the call would use numbers twice. A batch is made
 * under the lock of all tabs, so there it is safe. A number is written to the stored event before the event leaves,
 * so a retry carries the same one. What a gap proves stays the same: an event that was numbered and never arrived.
 */
export const createSequence = ({ store, queue, readLater, settleSession }: SequenceParts): Sequence => {
  const stamp: Sequence['stamp'] = (records, anonymousId) => {
    const missing = records.filter(({ json }) => withoutNumber.test(json));
    if (missing.length) {
      const [owner, last] = partsOf(store, 'n');
      let sequence = (owner === anonymousId && Number(last)) || 0;
      // First the counter: a crash in between leaves a gap, which is looked into; a number twice would not be.
      store.set('n', `${anonymousId}|${sequence + missing.length}`);
      const later = readLater?.();
      for (const record of missing) {
        const numbered = record.json.replace(withoutNumber, (_start, id: string) => {
          const context = toJson({ sequence: ++sequence, ...later, sessionId: settleSession(id) });
          return `{"context":${context.slice(0, -1)}`;
        });
        queue.rewrite(record, numbered);
      }
    }
    return records.map(({ json }) =>
      json.startsWith('{"anonymousId"') ? json : withFields(json, { anonymousId }),
    );
  };

  return {
    stamp,

    seal(anonymousId) {
      const records = queue.read({ count: Infinity, bytes: Infinity }, () => false);
      const texts = stamp(records, anonymousId);
      records.forEach((record, i) => queue.rewrite(record, texts[i]!));
    },
  };
};
