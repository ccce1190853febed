import type { QueueLimit } from '@nitka/core';
import { cutText, joinTexts, sliceText } from './batch-text.ts';
import type { StoredChunk } from './storage.ts';

/** A stored chunk, and how many of its events have not arrived yet. */
export interface HeldChunk {
  readonly stored: StoredChunk;
  left: number;
}

/** Neighbours in a batch that came out of one chunk. */
interface Piece {
  readonly chunk: HeldChunk;
  readonly count: number;
}

/** Events that are sent together. */
export interface Batch {
  /** Batches are sent in this order. */
  readonly order: number;
  /** Events. */
  readonly length: number;
  /** Their JSON, joined as batch-text.ts says. */
  readonly text: Uint8Array<ArrayBuffer>;
  readonly pieces: readonly Piece[];
  /** How many of the first events are gone: counted in a batch and its slices together. */
  readonly progress: { gone: number };
  slice(start: number, end?: number): Batch;
}

const slicePieces = (pieces: readonly Piece[], start: number, end: number): Piece[] => {
  let at = 0;
  return pieces.flatMap(({ chunk, count }) => {
    const from = Math.max(start, at);
    at += count;
    const taken = Math.min(end, at) - from;
    return taken > 0 ? [{ chunk, count: taken }] : [];
  });
};

export const createBatch = (
  order: number,
  text: Uint8Array<ArrayBuffer>,
  pieces: readonly Piece[],
  progress: Batch['progress'] = { gone: 0 },
): Batch => {
  const length = pieces.reduce((sum, { count }) => sum + count, 0);
  return {
    order,
    length,
    text,
    pieces,
    progress,
    slice: (start, end = length) =>
      createBatch(order, sliceText(text, start, end), slicePieces(pieces, start, end), progress),
  };
};

export const emptyBatch = createBatch(0, new Uint8Array(0), []);

/** What is left of a batch, with a count of its own. */
export const restOf = (batch: Batch): Batch => {
  const { order, text, pieces } = batch.slice(batch.progress.gone);
  return createBatch(order, text, pieces);
};

/** Joins small chunks and cuts large ones, so that each batch keeps the limit. `nextOrder` numbers them. */
export const batchesOf = (
  chunks: readonly StoredChunk[],
  limit: QueueLimit,
  nextOrder: () => number,
): Batch[] => {
  const batches: Batch[] = [];
  let texts: Uint8Array<ArrayBuffer>[] = [];
  let pieces: Piece[] = [];
  let left = { ...limit };

  const close = (): void => {
    const [first] = texts;
    if (!first) return;
    batches.push(createBatch(nextOrder(), texts.length === 1 ? first : joinTexts(texts), pieces));
    texts = [];
    pieces = [];
    left = { ...limit };
  };

  for (const stored of chunks) {
    const chunk: HeldChunk = { stored, left: stored.count };
    const isWhole = stored.count <= limit.count && stored.text.length <= limit.bytes;
    for (const { count, text } of isWhole ? [stored] : cutText(stored.text, limit)) {
      if (count > left.count || text.length > left.bytes) close();
      texts.push(text);
      pieces.push({ chunk, count });
      left = { count: left.count - count, bytes: left.bytes - text.length - 2 };
    }
  }
  close();
  return batches;
};
