import type { LedgerLine } from '../../../tests/ledger.ts';
import { phone, yclid } from './story.ts';
import { fact } from './terminal.ts';
import type { ThreadRow } from './thread.ts';
import type { Told } from './told.ts';

/** Holds what was told against what the raw layer says. False if the thread is not whole. */
export const check = (
  told: Told,
  thread: readonly ThreadRow[],
  ledger: readonly LedgerLine[],
  rows: number,
): boolean => {
  let whole = true;
  const must = (holds: boolean, text: string, found?: unknown): void => {
    fact(holds, text, found === undefined ? undefined : JSON.stringify(found));
    whole &&= holds;
  };
  const of = (what: string): ThreadRow[] => thread.filter((row) => row.what === what);

  must(
    told.visitorAfter === told.visitorBefore && told.wiped.cookies.length > 0 && told.wiped.keys.length > 0,
    'the visitor was known again with cookies, localStorage and IndexedDB wiped',
    told.visitorAfter,
  );
  const [first] = thread;
  must(
    first?.utm_source === 'yandex' && first.first_yclid === yclid && first.phone === null,
    `the thread begins with the advertisement (yandex, yclid ${yclid}), before the phone was known`,
    first,
  );
  const browserRows = thread.filter((row) => row.source === 'shop');
  must(
    browserRows.length > 0 && browserRows.every((row) => row.anonymous_id === told.visitorBefore),
    'every event of her browser carries one visitor id',
    [...new Set(browserRows.map((row) => row.anonymous_id))],
  );
  const hers = told.seen.filter((event) => event.anonymousId === told.visitorBefore);
  must(
    hers.length > 0 &&
      hers.every(({ messageId }) => thread.filter((row) => row.message_id === messageId).length === 1),
    'each event that left her browser is in the thread once',
  );
  const links = of('identify').filter((row) => row.phone === phone);
  must(links.length === 1, 'the form linked her phone, normalised', of('identify'));
  const sales = of('Order Completed');
  const [sale] = sales;
  must(sales.length === 1 && sale?.phone === phone, 'the receipt is there once, under the same phone', sales);
  const [stored] = told.sale;
  const timeOf = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`);
  const late = sale && stored?.at ? timeOf(sale.received_at) - Date.parse(stored.at) : 0;
  must(
    // The way of the request is added when the till's clock is compared with the collector's.
    !!sale && !!stored?.at && Math.abs(timeOf(sale.occurred_at) - Date.parse(stored.at)) < late / 2,
    'the receipt carries the time of the sale, not of its arrival',
    [sale?.occurred_at, stored?.at],
  );
  const [refund] = of('Order Refunded');
  must(
    !!sale && !!refund && refund.received_at < sale.received_at && refund.occurred_at > sale.occurred_at,
    'the refund arrived before the sale, and stands behind it',
    [refund, sale],
  );
  const others = told.seen.filter((event) => event.anonymousId === told.stranger);
  must(
    others.length > 0 && thread.every((row) => row.anonymous_id !== told.stranger),
    'nothing of the stranger is in her thread',
  );
  const sent = new Set(told.seen.map(({ messageId }) => messageId)).size;
  const again = told.seen.length - sent;
  const books = { accepted: 0, loaded: 0, duplicate: 0, rejected: 0, pending: 0 };
  for (const line of ledger)
    for (const field of Object.keys(books) as (keyof typeof books)[]) books[field] += line[field];
  must(
    sent === rows,
    `sent: ${sent} different events, ${again} of them once more; in the warehouse: ${rows} rows`,
    rows,
  );
  must(
    ledger.every((line) => line.balanced) && books.accepted === told.seen.length && books.duplicate === again,
    `accepted ${books.accepted} = loaded ${books.loaded} + duplicate ${books.duplicate} + rejected ${books.rejected} + pending ${books.pending}`,
    ledger,
  );
  return whole;
};
