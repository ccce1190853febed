import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { createShop } from '../examples/shop/server.ts';
import { launchChromium } from './support/chromium.ts';
import { startCollector, writeKeys, type CollectorProcess } from './support/collector.ts';
import { freePort } from './support/free-port.ts';
import { shareStage } from './support/share-stage.ts';

let shop: Awaited<ReturnType<typeof createShop>>;
let address: string;
let collector: CollectorProcess;
let browser: Browser;

const open = async () => {
  // The collector must know the shop's port, and the shop the collector's: one of them is chosen first.
  const port = await freePort();
  address = `http://shop.localhost:${port}`;
  collector = await startCollector({ origins: [address] });
  shop = await createShop({
    collector: collector.url,
    browserKey: writeKeys.browser,
    serverKey: writeKeys.server,
  });
  await shop.listen({ host: '127.0.0.1', port });
  expect((shop.server.address() as AddressInfo).port).toBe(port);
  browser = await launchChromium();
  return {
    async close() {
      await browser.close();
      await shop.close();
      await collector.close();
    },
  };
};
shareStage(open);

const visitorOf = (page: Page): Promise<string> =>
  page.evaluate(() => (window as unknown as { nitka: { ready(): Promise<string> } }).nitka.ready());

const leave = async (page: Page): Promise<void> => {
  await page.evaluate(() => (window as unknown as { nitka: { flush(): Promise<void> } }).nitka.flush());
  await page.context().close();
};

const typePhone = async (page: Page, form: string, digits: string): Promise<string> => {
  await page.click(`${form} input[name=phone]`);
  await page.keyboard.type(digits);
  return page.inputValue(`${form} input[name=phone]`);
};

/** Follows every identifier of every row from one of them to all that belong to the same person. */
const personSql = (identifier: string): string => `
WITH RECURSIVE identifiers AS (
  SELECT message_id, unnest([
    'visitor ' || anonymous_id, 'visitor ' || server_visitor_id, 'user ' || user_id, 'phone ' || phone, 'email ' || email
  ]) AS id FROM raw_events
),
person AS (
  SELECT '${identifier}' AS id
  UNION
  SELECT other.id FROM person
  JOIN identifiers AS one ON one.id = person.id
  JOIN identifiers AS other ON other.message_id = one.message_id
  WHERE other.id IS NOT NULL
)
SELECT DISTINCT e.message_id, e.anonymous_id, e.source, coalesce(e.event, e.type) AS what, e.user_id, e.phone, e.email
FROM raw_events AS e
JOIN identifiers ON identifiers.message_id = e.message_id
JOIN person ON person.id = identifiers.id`;

interface PersonRow {
  readonly anonymous_id: string;
  readonly source: string;
  readonly what: string;
  readonly user_id: string | null;
  readonly phone: string | null;
  readonly email: string | null;
}

it('a computer that left a phone and a phone that signed in by e-mail are one customer after an order', async () => {
  const computer = await (await browser.newContext()).newPage();
  await computer.goto(`${address}/goods/luna-pendant?utm_source=vk`);
  await computer.goto(`${address}/contacts`);
  // Nobody fills in a form before the script has come.
  const first = await visitorOf(computer);
  await computer.fill('.call-back input[name=name]', 'Мария');
  expect(await typePhone(computer, '.call-back', '9161230455')).toBe('+7 (916) 123-04-55');
  await computer.click('.call-back button');
  await computer.waitForURL(/called/);
  await leave(computer);

  const phone = await (await browser.newContext({ viewport: { width: 390, height: 844 } })).newPage();
  await phone.goto(`${address}/en/account`);
  await phone.fill('main input[name=email]', 'Maria@Mail.ru');
  await phone.click('main .card-form button');
  await phone.waitForURL(/account\?in/);
  await phone.goto(`${address}/en/goods/drop-vase`);
  await phone.click('.product-text button');
  await phone.waitForURL(/added/);
  await phone.goto(`${address}/en/basket`);
  await phone.fill('.checkout input[name=name]', 'Maria');
  // With the trunk prefix, as many type it.
  expect(await typePhone(phone, '.checkout', '89161230455')).toBe('+7 (916) 123-04-55');
  await phone.fill('.checkout input[name=address]', 'Pokrovka 1');
  await phone.click('.checkout .card-form button');
  await phone.waitForURL(/thanks/);
  const second = await visitorOf(phone);
  await leave(phone);
  expect(second).not.toBe(first);

  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(`${address}/goods/drop-vase`);
  const third = await visitorOf(stranger);
  await leave(stranger);

  const has = (rows: PersonRow[], what: string): boolean => rows.some((row) => row.what === what);
  const rows = await collector.eventually<PersonRow>(
    personSql('phone +79161230455'),
    (found) =>
      ['Product Viewed', 'Product Added', 'Order Completed'].every((what) => has(found, what)) &&
      [first, second].every((id) => found.some((row) => row.anonymous_id === id)) &&
      found.some(({ email }) => email !== null),
  );
  const visitors = new Set(rows.filter(({ source }) => source === 'site').map((row) => row.anonymous_id));
  expect([...visitors].sort()).toEqual([first, second].sort());
  expect(visitors).not.toContain(third);
  expect(rows.filter(({ what }) => what === 'Order Completed')).toEqual([
    expect.objectContaining({
      source: 'till',
      phone: '+79161230455',
      user_id: expect.stringMatching(/^customer-/),
    }),
  ]);
  expect(new Set(rows.flatMap(({ email }) => email ?? []))).toEqual(new Set(['maria@mail.ru']));
  await collector.eventually(
    `SELECT 1 FROM raw_events WHERE anonymous_id = '${third}'`,
    ({ length }) => length > 0,
  );
});
