import { withFields, type EventContext, type QueueRecord } from '@nitka/core';
import type { BrowserQueueStorage } from './storage/queue.ts';
import type { TextStore } from './storage/text-store.ts';

/** Every event's text starts with its context and session, so that the number can be put in without parsing it. */
const start = /"context":\{(?:"sessionId":"([\w-]+)")?/;
const sequenceMark = '"context":{"sequence":';
const idMark = '{"anonymousId":';

export interface Sequence {
  /** Texts ready for a batch: with what `readLater` adds, with a sequence number for ever, and with the visitor id for this attempt. */
  stamp(records: readonly QueueRecord[], anonymousId: string): string[];
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
export const createSequence = (
  store: TextStore,
  key: string,
  storage: BrowserQueueStorage,
  readLater?: () => EventContext | undefined,
  settleSession: (id: string) => string = (id) => id,
): Sequence => {
  const numbered = new WeakMap<QueueRecord, string>();
  const isNumbered = (json: string): boolean => json.slice(0, 90).includes(sequenceMark);

  const number = (records: readonly QueueRecord[], anonymousId: string): string[] => {
    // A batch that is halved is encoded anew from records that were read before they had a number.
    const texts = records.map((record) => numbered.get(record) ?? record.json);
    const missing = texts.filter((json) => !isNumbered(json)).length;
    if (!missing) return texts;
    const [owner, last] = (store.get(key) ?? '').split('|');
    let next = (owner === anonymousId && Number(last)) || 0;
    // First the counter: a crash in between leaves a gap, which is looked into; a number twice would not be.
    store.set(key, `${anonymousId}|${next + missing}`);
    const later = JSON.stringify({ ...readLater?.() }).slice(1, -1);
    return texts.map((text, i) => {
      if (isNumbered(text)) return text;
      const json = text.replace(
        start,
        (_match, id?: string) =>
          `${sequenceMark}${++next},${later && `${later},`}${id ? `"sessionId":"${settleSession(id)}"` : ''}`,
      );
      numbered.set(records[i]!, json);
      storage.replace(records[i]!, json);
      return json;
    });
  };

  const bind = (json: string, anonymousId: string): string =>
    json.startsWith(idMark) ? json : withFields(json, { anonymousId });

  return {
    stamp: (records, anonymousId) => number(records, anonymousId).map((json) => bind(json, anonymousId)),

    seal(anonymousId) {
      const records = storage.read({ count: Infinity, bytes: Infinity });
      const texts = number(records, anonymousId);
      records.forEach((record, i) => storage.replace(record, bind(texts[i]!, anonymousId)));
    },
  };
};
