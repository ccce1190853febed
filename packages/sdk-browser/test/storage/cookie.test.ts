import { afterEach, describe, expect, it } from 'vitest';
import { createCookieTier, readCookies } from '../../src/storage/cookie.ts';

/** A cookie jar as a browser keeps it, for a host whose public suffix is two labels long. */
const createPage = (hostname: string, suffix: string, protocol = 'https:') => {
  const jar = new Map<string, { name: string; value: string; text: string }>();
  const document = {
    get cookie() {
      return [...jar.values()].map(({ name, value }) => `${name}=${value}`).join('; ');
    },
    set cookie(text: string) {
      const [name, value] = text.split('; ')[0]!.split('=') as [string, string];
      const domain = /domain=([^;]*)/.exec(text)?.[1] ?? '';
      if (domain && (`.${suffix}`.endsWith(`.${domain}`) || !`.${hostname}`.endsWith(`.${domain}`))) return;
      const place = `${name}@${domain}`;
      if (text.includes('max-age=0')) jar.delete(place);
      else jar.set(place, { name, value, text });
    },
  };
  return { page: { document, location: { hostname, protocol } } as unknown as Window, jar };
};

afterEach(() => {
  for (const [name] of readCookies(document)) document.cookie = `${name}=; max-age=0; path=/`;
});

describe('createCookieTier', () => {
  it.each([
    ['www.shop.example', 'example', 'shop.example'],
    ['a.b.shop.co.uk', 'co.uk', 'shop.co.uk'],
    ['shop.msk.ru', 'msk.ru', 'shop.msk.ru'],
  ])('finds the broadest domain of %s by trying', (host, suffix, domain) => {
    const { page, jar } = createPage(host, suffix);
    createCookieTier(page, 'ntk').writeId('id');
    expect([...jar.keys()]).toEqual([`ntk@${domain}`]);
    expect([...jar.values()][0]!.text).toBe(
      `ntk=id; path=/; max-age=34560000; samesite=lax; secure; domain=${domain}`,
    );
  });

  it('keeps to the host where no domain is allowed', () => {
    const { page, jar } = createPage('localhost', 'localhost', 'http:');
    createCookieTier(page, 'ntk').writeId('id');
    expect([...jar.keys()]).toEqual(['ntk@']);
    expect([...jar.values()][0]!.text).not.toContain('secure');
  });

  it('takes a given domain', () => {
    const { page, jar } = createPage('a.b.shop.example', 'example');
    createCookieTier(page, 'ntk', 'b.shop.example').writeId('id');
    expect([...jar.keys()]).toEqual(['ntk@b.shop.example']);
  });

  it('replaces a stale cookie of the host alone', () => {
    const { page, jar } = createPage('www.shop.example', 'example');
    page.document.cookie = 'ntk=stale';
    const tier = createCookieTier(page, 'ntk');
    expect(tier.readIds()).toEqual(['stale']);
    tier.writeId('id');
    expect([...jar.keys()]).toEqual(['ntk@shop.example']);
  });

  it('reads every value under its name, and erases all', () => {
    const { page, jar } = createPage('www.shop.example', 'example');
    page.document.cookie = 'ntk=1';
    page.document.cookie = 'ntk=2; domain=shop.example';
    page.document.cookie = 'ntk2=3';
    const tier = createCookieTier(page, 'ntk');
    expect(tier.readIds()).toEqual(['1', '2']);
    tier.wipe();
    expect([...jar.keys()]).toEqual(['ntk2@']);
  });

  it('never throws where cookies throw', () => {
    const document = Object.defineProperty({}, 'cookie', {
      get() {
        throw new DOMException('', 'SecurityError');
      },
      set() {
        throw new DOMException('', 'SecurityError');
      },
    });
    const tier = createCookieTier(
      { document, location: { hostname: 'shop.example', protocol: 'https:' } } as unknown as Window,
      'ntk',
    );
    tier.writeId('id');
    tier.wipe();
    expect(tier.readIds()).toEqual([]);
  });
});

describe('readCookies', () => {
  it('gives names and values, equals signs included', () => {
    document.cookie = 'a=b=c; path=/';
    expect(readCookies(document)).toEqual([['a', 'b=c']]);
  });
});
