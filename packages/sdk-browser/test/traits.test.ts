import { createHash, webcrypto } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { protectTraits } from '../src/traits.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

it('normalises phone and e-mail and leaves the rest', () => {
  const traits = { phone: '8 (999) 555-11-11', email: ' Ann@Пример.РФ ', plan: 'pro' };
  expect(protectTraits(traits, false)).toEqual({
    phone: '+79995551111',
    email: 'ann@xn--e1afmkfd.xn--p1ai',
    plan: 'pro',
  });
  expect(traits.phone).toBe('8 (999) 555-11-11');
});

it('leaves out what is no identifier of a person', () => {
  expect(protectTraits({ phone: '8 800 555-35-35', email: 'ann', name: null }, false)).toEqual({
    name: null,
  });
  expect(protectTraits({ phone: undefined, email: null }, true)).toEqual({ phone: undefined, email: null });
});

it('hashes the normalised values and keeps no plain one', async () => {
  vi.stubGlobal('crypto', webcrypto);
  expect(await protectTraits({ phone: '8 999 555 11 11', email: 'ANN@mail.ru', age: 7 }, true)).toEqual({
    phoneSha256: sha256('+79995551111'),
    emailSha256: sha256('ann@mail.ru'),
    age: 7,
  });
});

it('rejects where the page has no WebCrypto', async () => {
  vi.stubGlobal('crypto', {});
  await expect(protectTraits({ phone: '89995551111' }, true)).rejects.toThrow();
});
