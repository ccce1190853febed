import { expect } from 'vitest';
import type { Destination } from '../../src/destinations/destination.ts';
import { row } from './rows.ts';

/** Views of a DuckDB engine over text that PostgreSQL and ClickHouse would refuse: a null byte, half a surrogate pair. */
export const expectViewsOfAnyPayload = async (destination: Destination): Promise<void> => {
  await destination.open();
  const payload = Buffer.from(
    String.raw`{"properties":{"a":"\u0000","b":"\ud800","c":"\ud83d\ude00"},"context":{"locale":"ru"}}`,
  );
  await destination.load({
    id: 'a',
    events: [row('1', { event: 'Заказ  Готов!', payload }), row('2')],
    rejects: [],
    loadedAt: 1,
  });
  const { rows } = await destination.query!(
    "SELECT id, event, context_locale, properties->>'$.b' FROM tracks ORDER BY id",
    9,
  );
  expect(rows).toEqual([
    ['1', 'заказ_готов_', 'ru', '\ufffd'],
    ['2', 'e', null, null],
  ]);
  await destination.close();
};
