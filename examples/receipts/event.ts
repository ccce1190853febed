import { messageIdFrom } from '@nitka/node';
import type { Invoice, Line } from './invoices.ts';

/** The company of the data set is British, and its receipts carry no zone. */
export const zone = 'Europe/London';

const product = (line: Line, first: Line) => ({
  product_id: line.StockCode,
  // As it stands: with the spaces around it, or empty.
  name: line.Description,
  quantity: Number(line.Quantity),
  // Money never becomes a floating-point number.
  price: line.UnitPrice,
  // A till may take minutes over a long invoice.
  ...(line.InvoiceDate === first.InvoiceDate ? {} : { local_time: line.InvoiceDate }),
});

/**
 * One invoice is one event: a cancellation (its number begins with C) a refund, everything else an order. Corrections
 * with negative quantities or no price are sent as they are: whoever reads the raw layer decides what they mean.
 */
export const eventOf = (invoice: Invoice, toMoment: (local: string) => Date) => {
  const [first] = invoice.lines;
  if (!first) throw new Error(`invoice ${invoice.number} has no line`);
  return {
    event: invoice.number.startsWith('C') ? 'Order Refunded' : 'Order Completed',
    messageId: messageIdFrom('receipt', 'online-retail', invoice.number),
    // The file has been through a program that took customer numbers for floating-point ones.
    userId: first.CustomerID.replace(/\.0$/, '') || undefined,
    // Nobody knows who bought: each such receipt stands for a stranger of its own, the same one in each replay. One
    // common id would make a single person of them all.
    anonymousId: first.CustomerID ? undefined : messageIdFrom('stranger', 'online-retail', invoice.number),
    timestamp: toMoment(first.InvoiceDate),
    properties: {
      order_id: invoice.number,
      total: invoice.total.toFixed(),
      currency: 'GBP',
      local_time: first.InvoiceDate,
      time_zone: zone,
      customer: first.CustomerID,
      country: first.Country,
      products: invoice.lines.map((line) => product(line, first)),
    },
  };
};
