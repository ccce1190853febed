import { describe, expect, it } from 'vitest';
import { findIdentifiers } from '../src/identifiers.ts';

describe('findIdentifiers', () => {
  it('normalises the first of each kind', () => {
    const places = [
      null,
      { phone: '8 (999) 555-11-11' },
      { phone: '+79161234567', email: ' Ann@Пример.РФ ' },
    ];
    expect(findIdentifiers(...places)).toEqual({
      phone: '+79995551111',
      email: 'ann@xn--e1afmkfd.xn--p1ai',
      blocked: null,
    });
  });

  it.each([
    [{ phone: '8999555111' }, { phone: 'invalid' }], // a digit lost, which smaller metadata accept
    [{ phone: '8 800 555 35 35' }, { phone: 'toll_free' }],
    [{ phone: '+1 800 253 0000' }, { phone: 'toll_free' }],
    [{ phone: '+7 000 000 00 00' }, { phone: 'fake' }],
    [{ phone: '79777777777' }, { phone: 'fake' }],
    [{ phone: '+7 999 123 45 67' }, { phone: 'fake' }],
    [{ phone: '8 809 505 00 00' }, { phone: 'service' }],
    [{ phone: 'undefined' }, { phone: 'placeholder' }],
    [{ phone: 0 }, { phone: 'placeholder' }],
    [{ email: 'info@shop.ru' }, { email: 'role' }],
    [{ email: 'No-Reply@shop.ru' }, { email: 'fake' }],
    [{ email: 'test@mail.ru' }, { email: 'fake' }],
    [{ email: '[object Object]' }, { email: 'placeholder' }],
    [{ email: 'ann@mail' }, { email: 'invalid' }],
  ])('never makes a key of %o, and says why', (fields, blocked) => {
    expect(findIdentifiers(fields)).toEqual({ phone: null, email: null, blocked });
  });

  it('goes on behind a blocked value, and still tells of it', () => {
    expect(findIdentifiers({ phone: '8 800 555 35 35' }, { phone: '+79995551111' })).toEqual({
      phone: '+79995551111',
      email: null,
      blocked: { phone: 'toll_free' },
    });
  });

  it('takes what the client hashed, and only if it is a hash', () => {
    const hash = 'A'.repeat(64);
    expect(findIdentifiers({ phoneSha256: hash, emailSha256: 'nonsense' })).toEqual({
      phone: `sha256:${'a'.repeat(64)}`,
      email: null,
      blocked: null,
    });
  });

  it('survives fields of any kind', () => {
    expect(findIdentifiers({ phone: { a: 1 }, email: ['x'] }, 'text', 7, { phone: '', email: ' ' })).toEqual({
      phone: null,
      email: null,
      blocked: null,
    });
  });
});
