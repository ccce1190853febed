import { expect, it } from 'vitest';
import { refusedBatch } from '../src/refused-batch.ts';
import { row } from './support/rows.ts';

it('makes a reject of each event, with the words of the destination, and keeps those that were rejects', () => {
  const events = [row('a', { source: 'till' }), row('b')];
  const before = {
    message_id: null,
    source: 'site',
    code: 'field_invalid',
    detail: null,
    received_at: 1,
    payload: Buffer.from('x'),
  };
  const { batch, rejected } = refusedBatch(
    { id: 's-1-3', events, rejects: [before], loadedAt: 7 },
    'too long',
  );
  expect(rejected).toEqual(
    events.map(({ message_id, source, received_at, payload }) => {
      return { message_id, source, received_at, payload, code: 'destination_refused', detail: 'too long' };
    }),
  );
  expect(batch).toEqual({ id: 's-1-3-rejected', events: [], rejects: [before, ...rejected], loadedAt: 7 });
});
