import { afterEach, expect, it, vi } from 'vitest';
import { externalIds, readExternalIds } from '../../src/plugins/external-ids.ts';
import { readCookies } from '../../src/storage/cookie.ts';
import { openPage } from './harness.ts';

afterEach(() => {
  for (const [name] of readCookies(document)) document.cookie = `${name}=; max-age=0; path=/`;
});

it('reads the ids of other systems as strings, and nothing else', () => {
  const present = {
    _ga: 'GA1.1.1234567890.1700000000',
    _ga_ABC123: 'GS2.1.s1700000000$o1$g0$t1700000000$j60$l0$h0',
    _ym_uid: '1700000000123456789012',
    roistat_visit: '123456',
    mindboxDeviceUUID: 'a-b',
    _ct_client_global_id: 'x',
    tmr_lvid: 'y',
    BITRIX_SM_GUEST_ID: '9007199254740993',
  };
  for (const [name, value] of Object.entries(present)) document.cookie = `${name}=${value}; path=/`;
  for (const other of ['PHPSESSID=s', '_gat=1', '_garbage=1', 'x_ga=1', '_fbp='])
    document.cookie = `${other}; path=/`;
  expect(readExternalIds(document)).toEqual(present);
});

it('knows the cookies that were seen on real sites, whatever the site chose of their names', () => {
  const present = {
    _ym_d: '1743415929',
    _ct: '2200000000464647719',
    _ct_ids: 'jqw9m221%3A55370%3A713910897',
    _ct_session_id: '713910897',
    _comagic_idM9Z_d: '9851790517.13909786757.1758973204',
    _cmg_csstM9Z_d: '1758973205',
    roistat_first_visit: '35392378',
    OWN_GUEST_ID: '1',
    BITRIX_SM_SALE_UID: '414544818',
    _gcl_au: '1.1.1467005930.1740644554',
    tildauid: '1770146618839.51',
    'flocktory-uuid': 'd6ff3934-2',
  };
  for (const [name, value] of Object.entries(present)) document.cookie = `${name}=${value}; path=/`;
  document.cookie = 'BITRIX_SM_LAST_IP=1.2.3.4; path=/';
  expect(readExternalIds(document)).toEqual(present);
});

it('is in the context, with cookies of the site too, and reads a burst of events once', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const page = openPage('', [externalIds({ cookies: ['crm'] })]);
  expect(page.context()).toEqual({ externalIds: {} });
  page.document.cookie = 'crm=5';
  expect(page.context()).toEqual({ externalIds: {} });
  vi.setSystemTime(Date.now() + 1500);
  expect(page.context()).toEqual({ externalIds: { crm: '5' } });
  vi.useRealTimers();
  page.close();
});

it('bears with cookies that are blocked', () => {
  const page = openPage('', [externalIds()]);
  Object.defineProperty(page.document, 'cookie', {
    get() {
      throw new Error('blocked');
    },
  });
  expect(page.context()).toEqual({ externalIds: {} });
  page.close();
});
