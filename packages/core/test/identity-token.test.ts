import { describe, expect, it } from 'vitest';
import { claimsOf, judgeClaims, signedPartOf, splitToken } from '../src/identity-token.ts';

const now = Date.UTC(2026, 10, 22);
const identity = { userId: 'customer-1', anonymousId: 'visitor-1' };

describe('splitToken', () => {
  it('gives the parts, and what the signature is of', () => {
    expect(splitToken('n1.claims.signature')).toEqual({
      signed: signedPartOf('claims'),
      claims: 'claims',
      signature: 'signature',
    });
  });

  it.each([undefined, null, 1, {}, '', 'n1.claims', 'n2.claims.signature', 'n1.a.b.c', 'n1..b', 'n1.a.b\n'])(
    'knows that %j is no token',
    (token) => {
      expect(splitToken(token)).toBeNull();
    },
  );

  it('does not look at what is too long to be one', () => {
    expect(splitToken(`n1.${'a'.repeat(3000)}.b`)).toBeNull();
  });
});

describe('judgeClaims', () => {
  const claims = claimsOf(identity, now + 60_000);

  it.each([
    ['the same visitor', { anonymousId: 'visitor-1' }, 'verified'],
    ['the same visitor and user', { anonymousId: 'visitor-1', userId: 'customer-1' }, 'verified'],
    ['another visitor', { anonymousId: 'visitor-2' }, 'foreign'],
    ['no visitor', {}, 'foreign'],
    ['another user', { anonymousId: 'visitor-1', userId: 'customer-2' }, 'foreign'],
  ])('shown by %s is %s', (_who, shown, verdict) => {
    expect(judgeClaims(claims, shown, now)).toEqual({ identity, verdict });
  });

  it('without a visitor holds for any', () => {
    const free = claimsOf({ userId: 'customer-1' }, now + 60_000);
    expect(judgeClaims(free, { anonymousId: 'visitor-2' }, now)).toEqual({
      identity: { userId: 'customer-1' },
      verdict: 'verified',
    });
  });

  it('expires at its second, and that is said before all else', () => {
    expect(judgeClaims(claims, { anonymousId: 'visitor-1' }, now + 59_999)?.verdict).toBe('verified');
    expect(judgeClaims(claims, { anonymousId: 'visitor-1' }, now + 60_000)?.verdict).toBe('expired');
    expect(judgeClaims(claims, { anonymousId: 'visitor-2' }, now + 60_000)?.verdict).toBe('expired');
  });

  it.each(['', '{', 'null', '[]', '{"sub":1,"exp":1}', '{"sub":"a"}', '{"sub":"a","exp":"1"}'])(
    'makes nothing of %j',
    (json) => {
      expect(judgeClaims(json, {}, now)).toBeNull();
    },
  );
});
