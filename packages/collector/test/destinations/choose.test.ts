import { expect, it } from 'vitest';
import { chooseForQuery } from '../../src/destinations/choose.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { createMemoryDestination } from '../support/memory-destination.ts';

const query = async () => ({ columns: [], rows: [], truncated: false });
const all = new Map<string, Destination>([
  ['topic', createMemoryDestination()],
  ['first', { ...createMemoryDestination(), query }],
  ['second', { ...createMemoryDestination(), query }],
]);

const choose = async (wanted?: string, names = [...all.keys()]) => {
  const asked: string[] = [];
  const of = async (name: string): Promise<Destination> => {
    asked.push(name);
    return all.get(name)!;
  };
  const found = await chooseForQuery(names, of, wanted).catch((error: unknown) => error);
  return { found, asked };
};

it('is the one that is named, and no other is made for it', async () => {
  const { found, asked } = await choose('second');
  expect(found).toEqual({ name: 'second', destination: all.get('second') });
  expect(asked).toEqual(['second']);
});

it('is the first that can be queried where none is named', async () => {
  const { found, asked } = await choose();
  expect(found).toMatchObject({ name: 'first' });
  expect(asked).toEqual(['topic', 'first']);
});

it('is none with a code: of another name, or without queries', async () => {
  expect(await choose('third')).toMatchObject({
    found: { code: 'destination_unknown', detail: 'third' },
    asked: [],
  });
  expect((await choose('topic')).found).toMatchObject({ code: 'query_not_supported', detail: 'topic' });
  expect((await choose(undefined, ['topic'])).found).toMatchObject({ code: 'query_not_supported' });
});
