import { limits } from '@nitka/core';
import { encodeInto, encodeText, separator } from './batch-text.ts';
import type { EventStorage, StoredChunk } from './storage.ts';

/** Makes chunks small that nobody will ask for soon, off the JavaScript thread. */
export interface Packing {
  pack(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  unpack(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

interface Kept extends Omit<StoredChunk, 'text'> {
  /** Bytes of JSON. */
  readonly bytes: number;
  text: Uint8Array<ArrayBuffer> | undefined;
  packed?: Uint8Array<ArrayBuffer>;
  /** A reader has the text: its bytes must stay. */
  isRead: boolean;
}

/** Bytes of JSON beyond which more of it is packed: far more than waits while the network keeps up. */
const packAbove = 8 * 1024 * 1024;

/** Chunks that are packed at once: others need the threads, too. */
const packers = 2;

/** Buffers that wait to be used again: left to the garbage collector they would outlive what was packed by far. */
const mostSpare = 4;

/** A chunk is as much as one request takes, and the calls of no more than a second: its age is that of its first event. */
const chunk = { count: limits.batchEvents, bytes: 440 * 1024, milliseconds: 1000 };

/** Characters that gather before they become bytes: a call of the encoder for each event would cost more than its work. */
const tailLength = 8192;

/** Room for a whole chunk and a tail of characters that take three bytes each. */
const roomy = chunk.bytes + 4 * tailLength;

/**
 * Events in memory: gone with the process. They become bytes outside of the JavaScript heap as they come, and are packed in an
 * outage, so that it costs a part of what the events' JSON does, and the garbage collector next to nothing.
 */
export const createMemoryStorage = (packer?: Packing): EventStorage => {
  /** In the order of their keys. */
  const chunks = new Map<number, Kept>();
  /** Bytes of JSON that are not packed. */
  let plain = 0;
  const toPack: Kept[] = [];
  let packing = 0;
  const spare: Uint8Array<ArrayBuffer>[] = [];
  let total = { count: 0, bytes: 0 };
  let lastKey = 0;
  /** The chunk that still grows: its bytes, and behind them characters. */
  let buffer = new Uint8Array(0);
  let used = 0;
  let tail = '';
  let count = 0;
  let queuedAt = 0;

  const encodeTail = (): void => {
    const needed = used + 3 * tail.length;
    if (needed > buffer.length) {
      const larger = (needed <= roomy && spare.pop()) || new Uint8Array(Math.max(roomy, needed));
      larger.set(buffer.subarray(0, used));
      buffer = larger;
    }
    used += encodeInto(tail, buffer.subarray(used));
    tail = '';
  };

  const takeBytes = (): Uint8Array<ArrayBuffer> => {
    // A few events, as one by one come in an outage, must not hold on to all of the room.
    if (used === 0) return encodeText(tail);
    encodeTail();
    if (used < buffer.length / 2) return buffer.slice(0, used);
    const text = buffer.subarray(0, used);
    buffer = new Uint8Array(0);
    return text;
  };

  const pack = async (kept: Kept, { pack: make }: Packing): Promise<void> => {
    const { text } = kept;
    if (!text || !chunks.has(kept.key)) return;
    const small = await make(text);
    if (!chunks.has(kept.key)) return;
    kept.packed = small;
    kept.text = undefined;
    plain -= kept.bytes;
    const isReusable = !kept.isRead && text.buffer.byteLength === roomy && spare.length < mostSpare;
    if (isReusable) spare.push(new Uint8Array(text.buffer));
  };

  const packMore = async (make: Packing): Promise<void> => {
    if (packing >= packers) return;
    packing++;
    for (let next = toPack.shift(); next; next = toPack.shift()) {
      // What cannot be packed stays as it is.
      await pack(next, make).catch(() => {});
    }
    packing--;
  };

  const chunkOf = (
    { key, queuedAt: time, count: events }: Kept,
    text: Uint8Array<ArrayBuffer>,
  ): StoredChunk => ({
    key,
    queuedAt: time,
    count: events,
    text,
  });

  const seal = (): void => {
    if (count === 0) return;
    const text = takeBytes();
    const kept: Kept = { key: ++lastKey, queuedAt, count, bytes: text.length, text, isRead: false };
    chunks.set(lastKey, kept);
    plain += text.length;
    if (packer && plain > packAbove) {
      toPack.push(kept);
      void packMore(packer);
    }
    total = { count: total.count + count, bytes: total.bytes + text.length };
    used = count = 0;
    tail = '';
  };

  return {
    append(json, now) {
      if (
        count >= chunk.count ||
        used + tail.length + json.length > chunk.bytes ||
        // Of either sign: the clock may have jumped.
        Math.abs(now - queuedAt) > chunk.milliseconds
      ) {
        seal();
      }
      if (count++ === 0) {
        tail = json;
        queuedAt = now;
      } else {
        tail += separator + json;
      }
      if (tail.length > tailLength) encodeTail();
      return undefined;
    },

    read(limit, after = 0) {
      // Only when there is nothing older: what still grows makes a fuller batch later.
      if (lastKey <= after || chunks.size === 0) seal();
      const found: Kept[] = [];
      const left = { ...limit };
      for (const each of chunks.values()) {
        if (each.key <= after) continue;
        left.count -= each.count;
        left.bytes -= each.bytes;
        if (found.length > 0 && (left.count < 0 || left.bytes < 0)) break;
        each.isRead = true;
        found.push(each);
      }
      // A text may be packed as soon as this returns.
      if (found.every(({ text }) => text)) return found.map((each) => chunkOf(each, each.text!));
      return Promise.all(
        found.map(async (each) => chunkOf(each, each.text ?? (await packer!.unpack(each.packed!)))),
      );
    },

    remove(removed) {
      for (const { key } of removed) {
        const kept = chunks.get(key);
        if (!kept) continue;
        chunks.delete(key);
        if (kept.text) plain -= kept.bytes;
        total = { count: total.count - kept.count, bytes: total.bytes - kept.bytes };
      }
    },

    size: () => ({ count: total.count + count, bytes: total.bytes + used + tail.length }),
  };
};
