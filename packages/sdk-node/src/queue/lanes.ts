import { encodeText, eventsOf, separator } from './batch-text.ts';
import { createBatch, type Batch } from './batch.ts';

const text = '"(?:[^"\\\\]|\\\\.)*"';

/** The visitor id of an event, or its user id where there is none; both stand near the front (event-text.ts). */
const visitor = new RegExp(`^\\{"messageId":${text},"type":"\\w+",(?:"(?:anonymousId|userId)":(${text}))?`);

const visitorKeyOf = (json: string): string => visitor.exec(json)?.[1] ?? '';

/** Any function that spreads; the same for the same text. */
const laneOf = (key: string, lanes: number): number => {
  let hash = 0;
  for (let at = 0; at < key.length; at++) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
  return (hash >>> 0) % lanes;
};

/** Parts a batch so that all events of a visitor are in one part, in their order. The parts can be sent at once. */
export const splitByVisitor = (batch: Batch, lanes: number, nextOrder: () => number): Batch[] => {
  const parts = Array.from({ length: lanes }, () => ({
    events: [] as string[],
    pieces: [] as Batch['pieces'][number][],
  }));
  const events = eventsOf(batch.text);
  let at = 0;
  for (const { chunk, count } of batch.pieces) {
    for (let n = 0; n < count; n++) {
      const json = events[at++]!;
      const { events: own, pieces } = parts[laneOf(visitorKeyOf(json), lanes)]!;
      own.push(json);
      const last = pieces.at(-1);
      if (last?.chunk === chunk) pieces[pieces.length - 1] = { chunk, count: last.count + 1 };
      else pieces.push({ chunk, count: 1 });
    }
  }
  return parts
    .filter(({ events: own }) => own.length > 0)
    .map(({ events: own, pieces }) => createBatch(nextOrder(), encodeText(own.join(separator)), pieces));
};
