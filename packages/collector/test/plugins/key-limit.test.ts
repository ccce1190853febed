import { expect, it } from 'vitest';
import { createKeyLimit } from '../../src/plugins/key-limit.ts';

it('tells how long the minute still lasts: a client that counts its tries would give up before that', () => {
  let now = 61_500;
  const count = createKeyLimit(() => now);
  const source = { name: 'site', kind: 'server', origins: [], requestsPerMinute: 1 } as const;
  count(source);
  expect(() => count(source)).toThrow(expect.objectContaining({ code: 'rate_limited', seconds: 59 }));
  now = 119_999;
  expect(() => count(source)).toThrow(expect.objectContaining({ seconds: 1 }));
  now = 120_000;
  count(source);
});
