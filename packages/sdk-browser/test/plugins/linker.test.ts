// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linker, type LinkerOptions } from '../../src/plugins/linker.ts';
import { readParameter, writeParameter } from '../../src/plugins/linker/parameter.ts';
import { idAt } from '../fakes.ts';
import { click, find, openPage, pause, type Page, type PageOptions } from './harness.ts';

const id = idAt(7);
const domains = ['pay.example'];
let page: Page | undefined;
let seen: string[];
beforeEach(() => {
  seen = [];
});
afterEach(() => page?.close());

const open = async (html: string, options: Partial<LinkerOptions> = {}, more: PageOptions = {}) => {
  page = openPage(html, [linker({ domains, ...options })], { visitorId: () => id, ...more });
  // What the browser would go to, at the moment when it takes the address.
  page.window.addEventListener('click', (event) => {
    const link = (event.target as Element).closest('a');
    seen.push(link?.getAttribute('href') ?? '');
    event.preventDefault();
  });
  await pause();
  return page;
};
const idIn = (address: string, name = 'ntk_v') => {
  const url = new URL(address);
  const userAgent = page!.window.navigator.userAgent;
  return readParameter(url.searchParams.get(name) ?? '', Date.now(), 1000, { host: url.host, userAgent });
};

describe('leaving', () => {
  it('a link to a listed host or below it carries the id while it is clicked, and is then as before', async () => {
    const { document } = await open(
      '<a id="a" href="https://pay.example/cart?x=1#top"><b>Pay</b></a><a id="s" href="https://sub.pay.example:8443/">x</a>',
    );
    click(page!, 'b');
    click(page!, '#s');
    expect(seen.map((address) => idIn(address))).toEqual([id, id]);
    expect(seen[0]).toMatch(/^https:\/\/pay\.example\/cart\?x=1&ntk_v=[\w.-]+#top$/);
    await pause(5);
    expect(document.getElementById('a')!.getAttribute('href')).toBe('https://pay.example/cart?x=1#top');
  });

  it.each([
    '/own',
    'https://shop.example/',
    'https://notpay.example/',
    'https://pay.example.evil.example/',
    'mailto:a@pay.example',
    'javascript:void 0',
    'http://[broken',
  ])('nothing is added to %s', async (href) => {
    await open(`<a href="${href}">x</a>`);
    click(page!, 'a');
    expect(seen).toEqual([href]);
    expect(page!.errors).toEqual([]);
  });

  it('nothing is added without consent, nor before the id has settled', async () => {
    const visitor: { id?: string } = {};
    await open('<a href="https://pay.example/">x</a>', {}, { visitorId: () => visitor.id });
    click(page!, 'a');
    visitor.id = id;
    click(page!, 'a');
    expect(seen).toEqual(['https://pay.example/', 'https://pay.example/']);
  });

  it('after a refusal the id is not given any more', async () => {
    let known: string | undefined = id;
    await open('<a href="https://pay.example/">x</a>', {}, { visitorId: () => known });
    known = undefined;
    click(page!, 'a');
    expect(seen).toEqual(['https://pay.example/']);
  });

  it('a GET form gets a field, a POST form an address, and both lose them again', async () => {
    const { document, window } = await open(
      '<form id="g" action="https://pay.example/find"><input name="q"></form><form id="p" method="POST" action="https://pay.example/buy?x=1"></form><form id="o"></form>',
    );
    const sent: string[] = [];
    window.addEventListener('submit', (event) => {
      event.preventDefault();
      const form = event.target as HTMLFormElement;
      const field = form.querySelector<HTMLInputElement>('[name=ntk_v]');
      sent.push(field ? `${form.action}?ntk_v=${field.value}` : form.action);
    });
    for (const name of ['g', 'p', 'o']) (document.getElementById(name) as HTMLFormElement).requestSubmit();
    expect(sent.slice(0, 2).map((address) => idIn(address))).toEqual([id, id]);
    expect(sent[1]).toContain('?x=1&');
    expect(sent[2]).not.toContain('ntk_v');
    await pause(5);
    expect(document.querySelector('[name=ntk_v]')).toBeNull();
    expect(document.getElementById('p')!.getAttribute('action')).toBe('https://pay.example/buy?x=1');
  });

  it('window.open, whatever it is given', async () => {
    const opened: unknown[] = [];
    const before = (window: Page['window']) => {
      window.open = (...args: unknown[]) => (opened.push(args), null);
    };
    const { window } = await open('', {}, { before });
    window.open('https://pay.example/', '_blank', 'noopener');
    window.open(new window.URL('https://pay.example/'));
    window.open();
    window.open('https://other.example/');
    const [first, second, ...rest] = opened as unknown[][];
    expect(idIn(String(first![0]))).toBe(id);
    expect(first!.slice(1)).toEqual(['_blank', 'noopener']);
    expect(idIn(String(second![0]))).toBe(id);
    expect(rest).toEqual([[], ['https://other.example/']]);
    page!.undo();
    window.open('https://pay.example/');
    expect(opened.at(-1)).toEqual(['https://pay.example/']);
  });

  it('a link in a shadow tree', async () => {
    await open('<x-a></x-a>');
    find(page!, 'x-a').attachShadow({ mode: 'open' }).innerHTML = '<a href="https://pay.example/">x</a>';
    const link = find(page!, 'x-a >>> a');
    let taken = '';
    page!.window.addEventListener('click', () => (taken = link.getAttribute('href')!));
    link.click();
    expect(idIn(taken)).toBe(id);
  });
});

describe('arriving', () => {
  const userAgent = (() => {
    const probe = openPage('', []);
    const { userAgent: text } = probe.window.navigator;
    probe.close();
    return text;
  })();
  const arrive = (
    value: string,
    { referrer = 'https://www.pay.example/', address = 'https://shop.example/a?x=%20y&', rest = '' } = {},
  ) => {
    const plugin = linker({ domains });
    page = openPage('', [], { url: `${address}ntk_v=${value}${rest}`, ...(referrer && { referrer }) });
    return { offered: () => plugin.offerId!(page!.window), plugin, page };
  };
  const valid = () => writeParameter(id, Date.now(), { host: 'shop.example', userAgent });

  it('from a listed site is offered, once', () => {
    const { offered } = arrive(valid());
    expect(offered()).toBe(id);
    expect(offered()).toBeUndefined();
  });

  it.each([
    ['a site that is not listed', { referrer: 'https://evil.example/' }],
    ['a site that looks like one', { referrer: 'https://evilpay.example/' }],
    ['nowhere: a mail, a chat, a page that hides where it is', { referrer: '' }],
  ])('from %s is not', (_, from) => {
    const { offered, page: opened } = arrive(valid(), from);
    expect(offered()).toBeUndefined();
    expect(opened.window.location.search).not.toContain('ntk_v');
  });

  it.each([
    ['made for another host', () => writeParameter(id, Date.now(), { host: 'pay.example', userAgent })],
    [
      'made in another browser',
      () => writeParameter(id, Date.now(), { host: 'shop.example', userAgent: 'x' }),
    ],
    [
      'older than two minutes',
      () => writeParameter(id, Date.now() - 130_000, { host: 'shop.example', userAgent }),
    ],
    ['no parameter of ours', () => 'abc'],
  ])('%s is not', (_, make) => {
    expect(arrive(make()).offered()).toBeUndefined();
  });

  it.each([
    ['https://shop.example/a?x=%20y&', '', '?x=%20y'],
    ['https://shop.example/?', '&y=1+2', '?y=1+2'],
    ['https://shop.example/?', '', ''],
    ['https://shop.example/?x_', '', '?x_KEPT'],
    ['https://shop.example/?a=1&', '&b=2#part', '?a=1&b=2'],
  ])('the parameter leaves the address bar, the others stay as they were: %s…%s', (address, rest, search) => {
    const value = valid();
    const { offered, page: opened } = arrive(value, { address, rest });
    offered();
    expect(opened.window.location.search).toBe(search.replace('KEPT', `ntk_v=${value}`));
    if (rest.includes('#')) expect(opened.window.location.hash).toBe('#part');
  });

  it('where nothing may be read yet, the parameter leaves the address all the same', () => {
    const { plugin } = arrive(valid());
    page!.close();
    const value = valid();
    page = openPage('', [plugin], {
      url: `https://shop.example/?ntk_v=${value}`,
      referrer: 'https://pay.example/',
      pending: true,
    });
    expect(page.window.location.href).toBe('https://shop.example/');
    expect(plugin.offerId!(page.window)).toBe(id);
  });
});
