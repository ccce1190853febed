import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import colours from 'picocolors';
import { createCustomer } from './customer.ts';
import { openLine } from './line.ts';
import type { Stage } from './stage.ts';
import { chapter, note } from './terminal.ts';
import { startTill } from './till-process.ts';
import type { Told } from './told.ts';
import { wipeStorage } from './wipe.ts';

/** The number exceeds 2^53, as those of Yandex do: it must stay a text all the way. */
export const yclid = '17430916852045987839';
const advertisement = `/catalog/light?utm_source=yandex&utm_medium=cpc&utm_campaign=lamps_moscow&utm_content=calm&yclid=${yclid}`;

/** What the customer types into the form, and what the cashier types at the till: one number. */
export const typed = { form: '9034172860', till: '8 903 417 28 60' };
export const phone = '+79034172860';

const bold = colours.bold;

/** Tells the story with real parts. Each step resolves when what it tells of has happened. */
export const tell = async (
  { browser, counter, shop, tillKey }: Stage,
  pictures: string,
  onClose: (close: () => Promise<unknown>) => void,
): Promise<Told> => {
  await mkdir(pictures, { recursive: true });
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'ru-RU' });
  const customer = createCustomer(context, shop);

  chapter('A visitor comes from an advertisement');
  note(`${shop}${advertisement}`);
  let page = await customer.comes(advertisement);
  const visitorBefore = await customer.visitorId();
  note(`The tracker calls her ${bold(visitorBefore)}.`);

  chapter('She looks at two things and leaves');
  await page.click('a[href="/goods/boletus-lamp"]');
  await page.waitForLoadState();
  await page.screenshot({ path: join(pictures, '1-product.png') });
  await page.click('a[href="/goods/hoarfrost-throw"]');
  await page.waitForLoadState();
  await customer.leaves();

  chapter('All storage that script can write is wiped');
  const wiped = await wipeStorage(context, shop);
  note(
    `Cookies: ${wiped.cookies.join(', ')}. localStorage: ${wiped.keys.length} keys. IndexedDB: ${wiped.databases.join(', ')}.`,
  );
  note(`Left is what script cannot touch: the HttpOnly cookie ${wiped.left.join(', ')}.`);

  chapter('She comes back by typing the address');
  page = await customer.comes('/');
  const visitorAfter = await customer.visitorId();
  note(`The tracker calls her ${bold(visitorAfter)}${visitorAfter === visitorBefore ? ', again' : ''}.`);

  chapter('She leaves her phone in the call-back form');
  await page.fill('.call-back input[name=name]', 'Анна');
  await page.click('.call-back input[name=phone]');
  await page.keyboard.type(typed.form, { delay: 15 });
  const shown = await page.inputValue('.call-back input[name=phone]');
  note(
    `She types ${typed.form}; the mask shows ${bold(shown)}. No code of the shop tells the tracker about it.`,
  );
  await page.locator('.call-back').screenshot({ path: join(pictures, '2-call-back.png') });
  await page.click('.call-back button');
  await page.waitForURL(/called/);
  await customer.leaves();

  chapter('Somebody else looks around in English and signs in');
  const other = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'en-GB' });
  const stranger = createCustomer(other, shop);
  page = await stranger.comes('/en/catalog');
  await page.screenshot({ path: join(pictures, '3-phone-english.png') });
  await page.goto(`${shop}/en/account`);
  await page.fill('input[name=email]', 'Oliver@Example.org');
  await page.click('main button');
  await page.waitForURL(/account\?in/);
  const strangerId = await stranger.visitorId();
  await stranger.leaves();

  chapter('Anna buys in a shop whose internet line is down');
  const line = await openLine(counter.port);
  onClose(() => line.close());
  line.cut();
  const saleTill = startTill(tillKey, {
    endpoint: `http://127.0.0.1:${line.port}`,
    shop: 'pokrovka',
    till: '2',
    receipt: '48121',
    phone: typed.till,
    items: 'boletus-lamp:1,pebble-cushion:2,hoarfrost-throw:1',
    twice: true,
  });
  onClose(async () => saleTill.kill());
  const { at: soldAt } = await saleTill.did('stored');
  note(
    `Receipt 48121 at ${soldAt?.slice(11, 19)} UTC: a lamp, two cushions, a throw. The cashier types ${bold(typed.till)}.`,
  );
  await saleTill.did('offline');
  note('The till cannot reach the collector. The receipt is on its disk, and it tries again.');

  chapter('She returns the throw in another shop, before the sale has arrived');
  const refundTill = startTill(tillKey, {
    endpoint: counter.url,
    shop: 'rubinshteina',
    till: '1',
    receipt: '7714',
    'refund-of': '48121',
    phone: '+7 (903) 417-28-60',
    items: 'hoarfrost-throw:1',
  });
  onClose(async () => refundTill.kill());
  const refund = await refundTill.ended;
  note('This shop is online: the collector has the refund of a sale that it has not heard of.');

  chapter('The line is mended: the receipt arrives late, and twice by mistake');
  line.mend();
  const sale = await saleTill.ended;
  note(
    `Sent ${sale.filter(({ did }) => did === 'delivered').length} times under one messageId, with the time of the sale.`,
  );
  return {
    visitorBefore,
    visitorAfter,
    wiped,
    stranger: strangerId,
    seen: counter.seen,
    sale,
    refund,
  };
};
