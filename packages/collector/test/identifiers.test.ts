import { describe, expect, it } from 'vitest';
import { findIdentifiers } from '../src/identifiers.ts';

describe('findIdentifiers', () => {
  it('normalises the first of each kind', () => {
    const places = [
      null,
      { phone: '8 (999) 555-11-11' },
      { phone: '+79161234567', email: ' Ann@Пример.РФ ' },
    ];
    expect(findIdentifiers(...places)).toEqual({ phone: '+79995551111', email: 'ann@xn--e1afmkfd.xn--p1ai' });
  });

  it('refuses a number with a digit lost, which smaller metadata accept', () => {
    expect(findIdentifiers({ phone: '8999555111' }).phone).toBe(null);
  });

  it('takes what the client hashed, and only if it is a hash', () => {
    const hash = 'A'.repeat(64);
    expect(findIdentifiers({ phoneSha256: hash, emailSha256: 'nonsense' })).toEqual({
      phone: `sha256:${'a'.repeat(64)}`,
      email: null,
    });
  });

  it('survives fields of any kind', () => {
    expect(findIdentifiers({ phone: { a: 1 }, email: ['x'] }, 'text', 7)).toEqual({
      phone: null,
      email: null,
    });
  });
});
