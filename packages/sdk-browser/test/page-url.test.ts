import { describe, expect, it } from 'vitest';
import { cleanUrl } from '../src/page-url.ts';

describe('cleanUrl', () => {
  it.each([
    ['https://shop.example/a?q=1&utm_source=ya', 'https://shop.example/a?q=1&utm_source=ya'],
    ['https://shop.example/?email=ann%40mail.ru&q=1', 'https://shop.example/?q=1'],
    ['https://shop.example/?ref=ann@mail.ru', 'https://shop.example/'],
    ['https://shop.example/?Phone=79995551111&first_name=Ann&lastName=B', 'https://shop.example/'],
    ['https://shop.example/?access_token=1&password=2&code=3&a=4', 'https://shop.example/?a=4'],
    ['https://ann:secret@shop.example/', 'https://shop.example/'],
    ['https://shop.example/#access_token=1', 'https://shop.example/'],
    ['https://shop.example/#/basket', 'https://shop.example/#/basket'],
    ['https://shop.example/?q=a+b%20c', 'https://shop.example/?q=a+b%20c'],
  ])('makes of %s %s', (address, clean) => {
    expect(cleanUrl(address)!.href).toBe(clean);
  });

  it.each(['', 'about:blank', 'data:text/html,x', 'not an address', 'file:///home/ann/x.html'])(
    'gives null for %j',
    (address) => {
      expect(cleanUrl(address)).toBeNull();
    },
  );
});
