import { domainToASCII } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  blockedEmail,
  blockedPhone,
  isPlaceholder,
  normaliseEmail,
  normalisePhone,
  readEmail,
  readPhone,
} from '../src/identifiers.ts';

describe('phones', () => {
  it.each([
    ['8 (999) 555-11-11', '+79995551111'],
    ['9995551111', '+79995551111'],
    ['79995551111', '+79995551111'],
    ['+7 999 555 11 11', '+79995551111'],
    ['+7 (999) 555\u201111\u201111', '+79995551111'],
    ['＋7 999 555-11-11', '+79995551111'],
    ['tel:+79995551111', '+79995551111'],
    ['+8 999 555 11 11', '+79995551111'],
    [79995551111, '+79995551111'],
    ['8 495 123-45-68', '+74951234568'],
    ['8 701 234 56 89', '+77012345689'],
    ['+375 29 123-45-68', '+375291234568'],
    ['00375 29 123 45 68', '+375291234568'],
    ['375 29 123 45 68', '+375291234568'],
    ['+44 20 7946 0958', '+442079460958'],
    ['+1 (415) 555-2671', '+14155552671'],
  ])('%s', (typed, expected) => {
    expect(normalisePhone(typed)).toBe(expected);
  });

  it.each([
    ['a digit lost', '8999555111'],
    ['a digit lost after a seven', '7 (999) 555-11-1'],
    ['too short', '12345'],
    ['too long', '+7999555111122334455'],
    ['a Russian number with a digit too many', '+799955511112'],
    ['toll-free', '8 800 555 35 35'],
    ['the mask itself', '+7 (___) ___-__-__'],
    ['a half-filled mask', '+7 (903) 1__-__-__'],
    ['one digit over and over', '+7 999 999 99 99'],
    ['zeros', '+7 000 000 00 00'],
    ['the well-known fake', '79777777777'],
    ['1234567', '+7 999 123 45 67'],
    ['letters', '8 (999) CALL-ME'],
    ['two numbers', '89995551111, 89995552222'],
    ['an e-mail', 'ann@mail.ru'],
    ['nothing', ''],
    ['null', null],
    ['an object', {}],
    ['not a number', NaN],
  ])('refuses %s', (_name, typed) => {
    expect(normalisePhone(typed)).toBeNull();
  });

  it.each([
    ['375', '8 029 123-45-68', '+375291234568'],
    ['375', '29 123 45 68', '+375291234568'],
    ['+375', '375 29 123 45 68', '+375291234568'],
    [375, '029 123 45 68', '+375291234568'],
    ['380', '067 123 45 68', '+380671234568'],
    ['380', '671234568', '+380671234568'],
    ['998', '90 123 45 68', '+998901234568'],
    ['995', '599 12 34 56', '+995599123456'],
    ['995', '995 12 34 56', '+995995123456'],
    ['373', '069 123 456', '+37369123456'],
    ['374', '091 23 45 67', '+37491234567'],
    ['1', '(801) 555-2671', '+18015552671'],
    ['1', '1 415 555 2671', '+14155552671'],
    ['44', '020 7946 0958', '+442079460958'],
    ['49', '0151 23456789', '+4915123456789'],
    ['33', '06 12 34 56 78', '+33612345678'],
    ['39', '06 6982 1234', '+390669821234'],
    ['86', '139 1234 5678', '+8613912345678'],
    // Those of other countries, with and without a plus.
    ['375', '+7 999 555 11 11', '+79995551111'],
    ['375', '8 999 555 11 11', '+79995551111'],
    ['380', '48 601 234 568', '+48601234568'],
    ['998', '00375 29 123 45 68', '+375291234568'],
    ['375', '12345', null],
    ['375', '1234568', null],
    ['375', '0', null],
    ['375', 'CALL-ME', null],
    ['375', '', null],
    // The same as without.
    ['7', '8 701 234 56 89', '+77012345689'],
  ])('in the country with code %s: %s', (callingCode, typed, expected) => {
    expect(normalisePhone(typed, callingCode)).toBe(expected);
  });

  it('gives its own result back', () => {
    for (const phone of ['+79995551111', '+375291234568', '+14155552671'])
      expect(normalisePhone(phone)).toBe(phone);
  });
});

describe('e-mails', () => {
  it.each([
    [' Ann@Mail.RU ', 'ann@mail.ru'],
    ['mailto:ann@mail.ru', 'ann@mail.ru'],
    ['Ann.B+shop@Gmail.com', 'ann.b+shop@gmail.com'],
    ['ann@пример.рф', 'ann@xn--e1afmkfd.xn--p1ai'],
    ['анна@пример.рф', 'анна@xn--e1afmkfd.xn--p1ai'],
    ['ann@ｍail.ru', 'ann@mail.ru'],
  ])('%s', (typed, expected) => {
    expect(normaliseEmail(typed, domainToASCII)).toBe(expected);
  });

  it.each([
    'ann',
    'ann@mail',
    '@mail.ru',
    'ann@@mail.ru',
    'ann b@mail.ru',
    'ann@mail..ru',
    'ann@mail.ru, bob@mail.ru',
    'test@mail.ru',
    'ann@example.com',
    'no-reply@shop.ru',
    `${'a'.repeat(65)}@mail.ru`,
    `ann@${'a'.repeat(250)}.ru`,
    '',
    null,
    undefined,
    42,
  ])('refuses %s', (typed) => {
    expect(normaliseEmail(typed, domainToASCII)).toBeNull();
  });

  it('leaves an international domain as it is without a converter', () => {
    expect(normaliseEmail('ann@Пример.рф')).toBe('ann@пример.рф');
  });
});

it.each([
  '',
  ' ',
  '0',
  '-1',
  'null',
  'UNDEFINED',
  'anonymous',
  'Guest',
  '[object Object]',
  'NaN',
  null,
  undefined,
  NaN,
  {},
])('takes %o for no user id', (value) => {
  expect(isPlaceholder(value)).toBe(true);
});

it.each(['1', 'u-1', 'guest-42', 7])('takes %o for a user id', (value) => {
  expect(isPlaceholder(value)).toBe(false);
});

describe('identifiers that are nobody\u2019s', () => {
  it.each([
    ['8 (800) 555-35-35', '+78005553535', 'toll_free'],
    ['8 804 333 00 00', '+78043330000', 'toll_free'],
    ['+7 999 999 99 99', '+79999999999', 'fake'],
    ['79777777777', '+79777777777', 'fake'],
    ['8 (999) 555-11-11', '+79995551111', null],
  ])('the phone %s is read as %s: %s', (typed, phone, reason) => {
    expect(readPhone(typed)).toBe(phone);
    expect(blockedPhone(phone)).toBe(reason);
  });

  it('tells a fake address from one that cannot be read', () => {
    expect([readEmail(' Test@Mail.ru '), blockedEmail('test@mail.ru')]).toEqual(['test@mail.ru', 'fake']);
    expect([readEmail('ann@mail.ru'), blockedEmail('ann@mail.ru')]).toEqual(['ann@mail.ru', null]);
    expect(readEmail('ann@mail')).toBeNull();
  });
});
