import type { QueueRecord, QueueStorage } from './ports.ts';

/** Taken records that may stand before the first live one until the array is cut. */
const slack = 4096;

/**
 * A queue in memory: the tier of a server without a disk queue, and the last one of a browser whose storage is
 * blocked. Gone with the process.
 */
export const createMemoryStorage = (): QueueStorage => {
  /** Oldest first, keys increasing by one; removed ones are undefined until the array is cut. */
  let records: (QueueRecord | undefined)[] = [];
  /** Key of `records[0]`. */
  let base = 0;
  /** Index of the oldest live record. */
  let head = 0;
  let count = 0;
  let bytes = 0;

  return {
    append(json, size, queuedAt) {
      records.push({ key: base + records.length, json, bytes: size, queuedAt });
      count++;
      bytes += size;
    },

    read(limit, after) {
      const found: QueueRecord[] = [];
      let left = limit.bytes;
      const start = after === undefined ? head : Math.max(head, Number(after) - base + 1);
      for (let i = start; i < records.length && found.length < limit.count; i++) {
        const record = records[i];
        if (!record) continue;
        left -= record.bytes;
        if (left < 0 && found.length > 0) break;
        found.push(record);
      }
      return found;
    },

    remove(removed) {
      for (const { key } of removed) {
        const index = Number(key) - base;
        const record = records[index];
        if (!record) continue;
        records[index] = undefined;
        count--;
        bytes -= record.bytes;
      }
      while (head < records.length && !records[head]) head++;
      if (head < slack && count > 0) return;
      records = records.slice(head);
      base += head;
      head = 0;
    },

    size: () => ({ count, bytes }),
  };
};
