import { describe, expect, it } from 'vitest';
import { createFortune, troubleAfter } from '../src/trouble.ts';

const refused = { kind: 'temporary', message: 'connect ECONNREFUSED 127.0.0.1:5432' } as const;

describe('troubleAfter', () => {
  it('keeps since when as long as the cause is the same, whatever numbers are in its words', () => {
    const first = troubleAfter(null, refused, 1000);
    expect(first).toEqual({ ...refused, since: 1000 });
    const second = troubleAfter(
      first,
      { kind: 'temporary', message: 'connect ECONNREFUSED 127.0.0.1:5433' },
      2000,
    );
    expect(second.since).toBe(1000);
    expect(second.message).toContain('5433');
  });

  it('begins anew with another cause', () => {
    const first = troubleAfter(null, refused, 1000);
    expect(
      troubleAfter(first, { kind: 'temporary', message: 'password authentication failed' }, 2000).since,
    ).toBe(2000);
    const schema = troubleAfter(first, { kind: 'schema', message: refused.message }, 3000);
    expect(schema).toEqual({ kind: 'schema', message: refused.message, since: 3000 });
    // A poison that could not be halved any more is tried again, too.
    expect(troubleAfter(schema, { kind: 'poison', message: refused.message }, 4000)).toMatchObject({
      kind: 'temporary',
      since: 4000,
    });
  });
});

describe('createFortune', () => {
  it('waits ever longer, up to half a minute, until a load succeeds', () => {
    let now = 0;
    const fortune = createFortune({ now: () => now }, () => 0.999_999_9);
    expect(fortune.trouble()).toBe(null);
    const waits = Array.from({ length: 10 }, () => fortune.failed(refused));
    expect(waits).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
    now = 5;
    expect(fortune.trouble()).toEqual({ ...refused, since: 0 });
    fortune.succeeded();
    expect(fortune.trouble()).toBe(null);
    expect(fortune.failed(refused)).toBe(200);
    expect(fortune.trouble()).toEqual({ ...refused, since: 5 });
  });
});
