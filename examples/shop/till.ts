/**
 * A till: sells or takes back goods and reports it through `@nitka/node`, now or whenever its line is up again.
 *
 *     tsx till.ts --endpoint http://127.0.0.1:8080 --queue ./queue --shop pokrovka --till 2 --receipt 48121 \
 *       --phone '8 903 417 28 60' --items boletus-lamp:1,pebble-cushion:2 [--refund-of 48121] [--twice]
 *
 * A receipt is on the till's disk before it is sent, and stays there until the collector has it, whatever happens to the till.
 * The write key is in NITKA_SERVER_KEY. Each line that it prints is a JSON object with `did`.
 */
import { parseArgs } from 'node:util';
import { createTracker, messageIdFrom } from '@nitka/node';
import { diskQueue } from '@nitka/node/disk';
import { priceOf, readBasket } from './src/basket.ts';
import { productsOf } from './src/tracked.ts';

const { values } = parseArgs({
  options: {
    endpoint: { type: 'string' },
    queue: { type: 'string' },
    shop: { type: 'string' },
    till: { type: 'string' },
    receipt: { type: 'string' },
    phone: { type: 'string' },
    items: { type: 'string' },
    'refund-of': { type: 'string' },
    twice: { type: 'boolean', default: false },
  },
});
const { endpoint, queue, shop, till, receipt, phone, items, 'refund-of': refundOf, twice } = values;
const writeKey = process.env['NITKA_SERVER_KEY'];
if (!endpoint || !queue || !shop || !till || !receipt || !writeKey) {
  console.error('Needed: --endpoint --queue --shop --till --receipt, and NITKA_SERVER_KEY.');
  process.exit(1);
}

const say = (did: string, details: object = {}): void => console.log(JSON.stringify({ did, ...details }));

const tracker = createTracker({
  endpoint,
  writeKey,
  queue: diskQueue({ folder: queue }),
  context: { shop, till },
  flushInterval: 50,
  requestTimeout: 5000,
  // A till stands in a shop whose line comes back by itself: it looks often.
  backoffCap: 1000,
  shutdown: false,
});
let isOffline = false;
tracker.on('error', ({ code }) => {
  if (!isOffline) say('offline', { code });
  isOffline = true;
});

const lines = readBasket(items?.split(',').join('.'));
const call = {
  event: refundOf ? 'Order Refunded' : 'Order Completed',
  // The same receipt has the same id for ever: sending it again adds nothing.
  messageId: messageIdFrom(refundOf ? 'refund' : 'receipt', shop, till, receipt),
  // As the cashier typed it.
  phone,
  // When it happened, not when the line is up again.
  timestamp: new Date(),
  properties: {
    order_id: refundOf ?? receipt,
    receipt,
    total: priceOf(lines).toFixed(2),
    currency: 'RUB',
    products: productsOf(lines),
  },
};

const report = async (): Promise<void> => {
  const sent = tracker.track(call);
  if (sent.error) throw sent.error;
  const delivered = sent.delivered();
  // The cashier's paper may be torn off now: a power cut loses nothing any more.
  await sent.stored();
  say('stored', { messageId: sent.messageId, at: call.timestamp.toISOString() });
  await delivered;
  say('delivered', { messageId: sent.messageId });
};

await report();
if (twice) await report();
await tracker.close();
