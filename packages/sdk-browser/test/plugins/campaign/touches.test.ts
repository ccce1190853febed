import { describe, expect, it } from 'vitest';
import { createTouches } from '../../../src/plugins/campaign/touches.ts';
import { memoryStore } from '../../fakes.ts';

const now = Date.UTC(2026, 0, 2);
const pageAt = (href: string, referrer = ''): Window =>
  ({ location: { href, hostname: new URL(href).hostname }, document: { referrer } }) as unknown as Window;
const land = (href: string, referrer?: string, store = memoryStore()) =>
  createTouches(pageAt(href, referrer), now).touches(store, 't');

describe('first and last touch', () => {
  it('reads utm parameters, click ids and the referrer, without queries', () => {
    const { first, last } = land(
      'https://shop.example/flats?utm_source=yandex&utm_campaign=Весна&yclid=18446744073709551615&q=1',
      'https://yandex.ru/search/?text=flat',
    );
    expect(last).toEqual({
      campaign: { source: 'yandex', name: 'Весна' },
      clickIds: { yclid: '18446744073709551615' },
      referrer: 'https://yandex.ru/search/',
      landingPage: 'https://shop.example/flats',
      at: '2026-01-02T00:00:00.000Z',
    });
    expect(first).toEqual(last);
  });

  it('keeps the first and replaces the last', () => {
    const store = memoryStore();
    const { first } = land('https://shop.example/?utm_source=ya', '', store);
    const second = land('https://shop.example/?utm_source=vk', '', store);
    expect(second.first).toEqual(first);
    expect(second.last.campaign).toEqual({ source: 'vk' });
    const direct = land('https://shop.example/basket', 'https://shop.example/', store);
    expect(direct).toEqual(second);
  });

  it.each([
    ['https://www.shop.example/', 'https://shop.example/a'],
    ['https://shop.example/', 'https://pay.shop.example/a'],
    ['https://a.shop.example/', 'https://b.shop.example/x'],
  ])('does not take %s coming from %s for a touch', (href, referrer) => {
    expect(land(href, referrer).last.referrer).toBeUndefined();
  });

  it.each([
    ['https://shop.co.uk/', 'https://other.co.uk/a'],
    ['https://shop.ru/', 'https://vk.ru/feed'],
  ])('takes %s coming from %s for one', (href, referrer) => {
    expect(land(href, referrer).last.referrer).toBe(referrer);
  });

  it('starts anew from a stored text that is broken', () => {
    const store = memoryStore();
    for (const text of ['{', 'null', '7', '"x"']) {
      store.set('t', text);
      expect(land('https://shop.example/?utm_source=ya', '', store).first.campaign).toEqual({ source: 'ya' });
    }
  });

  it('bounds what an address can make it store', () => {
    const { last } = land(`https://shop.example/?utm_source=${'x'.repeat(9000)}`);
    expect(last.campaign!.source).toHaveLength(500);
  });
});

it.each(
  'yclid ysclid ymclid gclid dclid gbraid wbraid gclsrc gad_source gad_campaignid srsltid fbclid msclkid ttclid twclid vkclid rb_clickid irclickid click_id epik li_fat_id ScCid rdt_cid erid roistat calltouch_tm admitad_uid _openstat obclid tblci dicbo awc cjevent tduid qclid sznclid'.split(
    ' ',
  ),
)('knows the click id %s', (name) => {
  expect(land(`https://shop.example/?${name}=18446744073709551615`).last.clickIds).toEqual({
    [name]: '18446744073709551615',
  });
});

it.each(['q', 'clidding', 'page', 'id', 'sort', 'client_id', 'class'])('takes %s for no click id', (name) => {
  expect(land(`https://shop.example/?${name}=1`).last.clickIds).toBeUndefined();
});
