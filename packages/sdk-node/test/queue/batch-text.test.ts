import { expect, it } from 'vitest';
import {
  countEvents,
  cutText,
  encodeText,
  eventsOf,
  joinTexts,
  separator,
  sliceText,
} from '../../src/queue/batch-text.ts';

/** Commas, brackets and escaped line breaks inside, characters of one to four bytes. */
const events = ['{"a":1}', '{"b":"},\\n{"}', '{"c":"нитка"}', '{"d":"🧵,"}', '{"e":[{},{}]}'];
const text = encodeText(events.join(separator));
const lines = (bytes: Uint8Array<ArrayBuffer>): string[] => eventsOf(bytes);

it('counts and gives back the events', () => {
  expect(countEvents(text)).toBe(5);
  expect(lines(text)).toEqual(events);
  expect(JSON.parse(`[${new TextDecoder().decode(text)}]`)).toEqual(
    events.map((json) => JSON.parse(json) as unknown),
  );
});

it('slices by events', () => {
  for (let start = 0; start < 5; start++) {
    for (let end = start + 1; end <= 5; end++) {
      expect(lines(sliceText(text, start, end))).toEqual(events.slice(start, end));
    }
  }
});

it.each([
  [{ count: 2, bytes: 1000 }, [2, 2, 1]],
  [{ count: 100, bytes: 1000 }, [5]],
  [{ count: 100, bytes: 7 + 2 + encodeText(events[1]!).length }, [2, 1, 1, 1]],
  [{ count: 100, bytes: 1 }, [1, 1, 1, 1, 1]],
])('cuts within %j, an event that is larger alone', (limit, counts) => {
  const cuts = cutText(text, limit);
  expect(cuts.map(({ count }) => count)).toEqual(counts);
  expect(cuts.flatMap((cut) => lines(cut.text))).toEqual(events);
  for (const cut of cuts) {
    expect(countEvents(cut.text)).toBe(cut.count);
    expect(cut.text.length <= limit.bytes || cut.count === 1).toBe(true);
  }
});

it('joins', () => {
  expect(lines(joinTexts([text, encodeText('{"f":6}'), text]))).toEqual([...events, '{"f":6}', ...events]);
});
