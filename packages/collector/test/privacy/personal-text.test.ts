import { describe, expect, it } from 'vitest';
import { createFieldKinds } from '../../src/privacy/fields.ts';
import { kindOfId, replaceInText } from '../../src/privacy/personal-text.ts';

const kinds = createFieldKinds(['card']);
const masked = (text: string): string =>
  replaceInText(text, kinds, (kind, value) => `<${kind} ${value.replace(/[+@]/, '')}>`);

describe('replaceInText', () => {
  it.each([
    ['write to Ann@Mail.ru, please', 'write to <email annmail.ru>, please'],
    ['ann%40mail.ru', '<email annmail.ru>'],
    ['анна@пример.рф', '<email аннаxn--e1afmkfd.xn--p1ai>'],
    ['call +7 (999) 555-11-11 now', 'call <phone 79995551111> now'],
    ['8 (999) 555-11-11', '<phone 79995551111>'],
    ['https://a.ru/?phone=79995551111&id=5', 'https://a.ru/?phone=<phone 79995551111>&id=5'],
    ['https://a.ru/?phone=+79995551111', 'https://a.ru/?phone=<phone 79995551111>'],
    ['https://a.ru/?user_phone=%2B79995551111#x', 'https://a.ru/?user_phone=<phone 79995551111>#x'],
    ['?email=ann%40mail.ru', '?email=<email annmail.ru>'],
    ['?card=1', '?card=<other 1>'],
  ])('%s', (text, expected) => {
    expect(masked(text)).toBe(expected);
  });

  it.each([
    'order 79995551111',
    'logo@2x.png',
    'package@1.2.30',
    'a@b',
    'https://a.ru/?microphone=Sony&utm_source=ya',
    '1234567890123456',
    '+7 495',
  ])('leaves %s', (text) => {
    expect(masked(text)).toBe(text);
  });

  it('costs no more than the length of a hostile text', () => {
    const text = 'a'.repeat(100_000);
    const started = process.cpuUsage().user;
    for (const hostile of [
      text,
      `${text}@`,
      '@'.repeat(100_000),
      '+1 '.repeat(30_000),
      'a=b&'.repeat(25_000),
    ]) {
      expect(masked(hostile)).toBe(hostile);
    }
    // A quadratic match of 100,000 characters takes minutes.
    expect(process.cpuUsage().user - started).toBeLessThan(20_000_000);
  });

  it('knows an id that is a phone or an address in truth', () => {
    expect(['+79995551111', '79995551111', '8 999 555-11-11', 'Ann@mail.ru'].map(kindOfId)).toEqual([
      'phone',
      'phone',
      'phone',
      'email',
    ]);
    expect(['9995551111', '42', 'user-7', '019aa7d0-0000-7000-8000-0000000000aa'].map(kindOfId)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
