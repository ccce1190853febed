// @vitest-environment node
import { expect, test } from 'vitest';
import { campaign } from '../../src/plugins/campaign.ts';
import { openPage } from './harness.ts';

test('adds the campaign and both touches to the context, with click ids of the site too', () => {
  const page = openPage('', [campaign({ clickIds: ['partner'] })], {
    url: 'https://shop.example/?utm_source=ya&partner=7&ysclid=8',
  });
  const touch = {
    campaign: { source: 'ya' },
    clickIds: { partner: '7', ysclid: '8' },
    landingPage: 'https://shop.example/',
  };
  expect(page.context()).toMatchObject({ campaign: { source: 'ya' }, touch: { first: touch, last: touch } });
  expect(page.told).toEqual([]);
  page.close();
});
