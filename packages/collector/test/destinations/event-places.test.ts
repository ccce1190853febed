import { expect, it } from 'vitest';
import { placedColumns } from '../../src/destinations/event-places.ts';
import { recordStart } from '../../src/spool/chunk-layout.ts';

it('has a place for every column but those that the load adds, and no place twice', () => {
  expect(placedColumns.filter(({ place }) => !place).map(({ name }) => name)).toEqual([
    'batch_id',
    'loaded_at',
  ]);
  const places = placedColumns.flatMap(({ place }) => (place ? [`${place.of} ${place.offset}`] : []));
  expect(new Set(places).size).toBe(placedColumns.length - 2);
  for (const { place } of placedColumns) {
    expect((place?.offset ?? 0) % 8).toBe(0);
    expect(place?.offset ?? 0).toBeLessThan(
      place?.of === 'entry' ? recordStart(1) - recordStart(0) : recordStart(0),
    );
  }
});
