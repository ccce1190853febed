import { expect, it } from 'vitest';
import { signIdentity, verifyIdentity } from '../src/identity-token.ts';

const secret = 'a secret of thirty-two characters';
const now = 1_700_000_000_000;

it('vouches for a user, for a while, for one visitor', async () => {
  const token = await signIdentity({ userId: 'Анна-42', anonymousId: 'v1' }, { secret, now });
  expect(token.length).toBeLessThan(200);
  expect(await verifyIdentity(token, { secret, now, anonymousId: 'v1' })).toEqual({
    userId: 'Анна-42',
    anonymousId: 'v1',
  });
  expect(await verifyIdentity(token, { secret, now, anonymousId: 'v2' })).toBeNull();
  expect(await verifyIdentity(token, { secret, now: now + 299_000, anonymousId: 'v1' })).not.toBeNull();
  expect(await verifyIdentity(token, { secret, now: now + 300_000, anonymousId: 'v1' })).toBeNull();
  expect(await verifyIdentity(token, { secret: `${secret}!`, now, anonymousId: 'v1' })).toBeNull();
});

it('takes no forged token', async () => {
  const token = await signIdentity({ userId: '1' }, { secret, now });
  const [version, body, signature] = token.split('.') as [string, string, string];
  const other = Buffer.from('{"sub":"2","exp":9999999999}').toString('base64url');
  const forged = [
    `${version}.${other}.${signature}`,
    `${version}.${body}.${'A'.repeat(43)}`,
    `n2.${body}.${signature}`,
    `${version}.${body}.`,
    `${version}.${body}`,
    '..',
    '',
    undefined,
    { token },
    `${version}.${'A'.repeat(3000)}.${signature}`,
  ];
  for (const each of forged) expect(await verifyIdentity(each, { secret, now })).toBeNull();
});

it('wants a secret that is one', async () => {
  await expect(signIdentity({ userId: '1' }, { secret: 'short' })).rejects.toMatchObject({
    code: 'invalid_option',
  });
  await expect(signIdentity({ userId: '' }, { secret })).rejects.toMatchObject({ code: 'invalid_call' });
});

it('makes the token that the collector takes: its test has the same one', async () => {
  const token = await signIdentity(
    { userId: 'customer-42', anonymousId: '019aa7d0-0000-7000-8000-0000000000aa' },
    { secret: 'an identity secret of 32 characters', now: 1_899_999_700_000 },
  );
  expect(token).toBe(
    'n1.eyJzdWIiOiJjdXN0b21lci00MiIsImFpZCI6IjAxOWFhN2QwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDBhYSIsImV4cCI6MTkwMDAwMDAwMH0' +
      '.ZLXhdsqEXOGl6ajDyfpuU3XclHoyGKeMS3f47T-6Wbg',
  );
});

it('vouches for a user whose visitor is not known', async () => {
  const options = { secret: 's'.repeat(32) };
  const token = await signIdentity({ userId: '42', anonymousId: null as never }, options);
  expect(await verifyIdentity(token, { ...options, anonymousId: 'a' })).toEqual({ userId: '42' });
});

it.each([NaN, -1, 0, '1h'])('refuses the lifetime %s', async (lifetime) => {
  const options = { secret: 's'.repeat(32), lifetime: lifetime as number };
  await expect(signIdentity({ userId: '42' }, options)).rejects.toMatchObject({ code: 'invalid_option' });
});
