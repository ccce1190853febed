import type { LoadBatch } from './destinations/destination.ts';
import type { RejectRow } from './row.ts';

export interface RefusedBatch {
  /** Under an id of its own, since the destination may have seen the other. */
  readonly batch: LoadBatch;
  /** What its events have become. */
  readonly rejected: readonly RejectRow[];
}

/** A batch of which the destination takes no event: each becomes a reject. What was a reject stays one. */
export const refusedBatch = ({ id, events, rejects, loadedAt }: LoadBatch, reason: string): RefusedBatch => {
  const rejected = events.map(({ message_id, source, received_at, payload }): RejectRow => {
    return { message_id, source, received_at, payload, code: 'destination_refused', detail: reason };
  });
  return {
    batch: { id: `${id}-rejected`, events: [], rejects: [...rejects, ...rejected], loadedAt },
    rejected,
  };
};
