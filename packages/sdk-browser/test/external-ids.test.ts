import { afterEach, expect, it } from 'vitest';
import { readExternalIds } from '../src/external-ids.ts';
import { readCookies } from '../src/storage/cookie.ts';

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
