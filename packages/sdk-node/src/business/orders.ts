import { NitkaError } from '@nitka/core';
import { factCall, requireObject, textOf, type Fact, type FactCall } from './fact.ts';
import { currencyOf, decimalFields, decimalText, type Decimal } from './money.ts';

/** One line of an order or receipt. */
export interface OrderLine {
  readonly productId: string | number;
  readonly sku?: string | undefined;
  readonly name?: string | undefined;
  readonly category?: string | undefined;
  readonly brand?: string | undefined;
  readonly variant?: string | undefined;
  /** Of one piece. */
  readonly price?: Decimal | undefined;
  /** Pieces, or weight. Negative on the line of a return. */
  readonly quantity: Decimal;
  readonly discount?: Decimal | undefined;
  readonly extra?: object | undefined;
}

export interface Order extends Fact {
  /** Unique among your orders or, with `shop` and `till`, among those of the till. */
  readonly orderId: string | number;
  /** ISO 4217. */
  readonly currency: string;
  /** What was paid. */
  readonly total: Decimal;
  /** Goods alone, after discounts. */
  readonly revenue?: Decimal | undefined;
  readonly subtotal?: Decimal | undefined;
  readonly tax?: Decimal | undefined;
  readonly shipping?: Decimal | undefined;
  readonly discount?: Decimal | undefined;
  readonly coupon?: string | undefined;
  readonly lines: readonly OrderLine[];
}

export interface Refund extends Fact {
  /** The order that goods of are given back. It need not have arrived yet. */
  readonly orderId: string | number;
  /** Unique among the refunds of the order, where there may be several. @default '1' */
  readonly refundId?: string | number | undefined;
  readonly currency: string;
  /** What is paid back: positive. */
  readonly total: Decimal;
  readonly lines?: readonly OrderLine[] | undefined;
  readonly reason?: string | undefined;
}

/** Names of https://segment.com/docs/connections/spec/ecommerce/v2/; amounts are decimal texts. */
export interface LineProperties {
  readonly product_id: string;
  readonly quantity: string;
  readonly price?: string;
  readonly discount?: string;
  readonly sku?: string;
  readonly name?: string;
  readonly category?: string;
  readonly brand?: string;
  readonly variant?: string;
}

export interface OrderProperties {
  readonly order_id: string;
  readonly currency: string;
  readonly total: string;
  readonly revenue?: string;
  readonly subtotal?: string;
  readonly tax?: string;
  readonly shipping?: string;
  readonly discount?: string;
  readonly coupon?: string;
  readonly products: readonly LineProperties[];
  readonly shop?: string;
  readonly till?: string;
}

export interface RefundProperties {
  readonly order_id: string;
  readonly refund_id: string;
  readonly currency: string;
  readonly total: string;
  readonly products?: readonly LineProperties[];
  readonly reason?: string;
  readonly shop?: string;
  readonly till?: string;
}

const lineProperties = (line: OrderLine): LineProperties => {
  const { productId, quantity, price, discount, sku, name, category, brand, variant, extra } = line;
  return {
    ...extra,
    product_id: textOf(productId, 'productId'),
    quantity: decimalText(quantity, 'quantity'),
    ...decimalFields({ price, discount }),
    ...(sku !== undefined && { sku }),
    ...(name !== undefined && { name }),
    ...(category !== undefined && { category }),
    ...(brand !== undefined && { brand }),
    ...(variant !== undefined && { variant }),
  };
};

const linesOf = (lines: unknown): LineProperties[] => {
  if (!Array.isArray(lines)) throw new NitkaError('invalid_call', 'lines must be an array');
  return lines.map((line: OrderLine) => {
    requireObject(line, 'a line');
    return lineProperties(line);
  });
};

const orderKey = ({ shop, till, orderId }: Order | Refund): (string | number)[] =>
  shop === undefined ? [orderId] : [shop, till ?? '-', orderId];

/**
 * `Order Completed`: a paid order or a receipt. The same order makes the same messageId, so it can be sent again.
 *
 * @throws NitkaError `invalid_call`
 * @example tracker.track(orderCompleted({ orderId: 48121, shop: 17, till: 2, at, currency: 'RUB', total: '1990.10', lines }))
 */
export const orderCompleted = (order: Order): FactCall<'Order Completed', OrderProperties> => {
  requireObject(order, 'an order');
  const { total, revenue, subtotal, tax, shipping, discount, coupon, lines } = order;
  return factCall('Order Completed', ['order', ...orderKey(order)], order, {
    order_id: textOf(order.orderId, 'orderId'),
    currency: currencyOf(order.currency),
    total: decimalText(total, 'total'),
    ...decimalFields({ revenue, subtotal, tax, shipping, discount }),
    ...(coupon !== undefined && { coupon }),
    products: linesOf(lines),
  });
};

/**
 * `Order Refunded`: goods or money given back. May be sent before its order.
 *
 * @throws NitkaError `invalid_call`
 */
export const orderRefunded = (refund: Refund): FactCall<'Order Refunded', RefundProperties> => {
  requireObject(refund, 'a refund');
  const { refundId = '1', lines, reason } = refund;
  const total = decimalText(refund.total, 'total');
  // Some tills write it with a minus: taken away, it would count twice over.
  if (total.startsWith('-')) throw new NitkaError('invalid_call', 'total of a refund must be positive');
  return factCall('Order Refunded', ['refund', ...orderKey(refund), refundId], refund, {
    order_id: textOf(refund.orderId, 'orderId'),
    refund_id: textOf(refundId, 'refundId'),
    currency: currencyOf(refund.currency),
    total,
    ...(lines && { products: linesOf(lines) }),
    ...(reason !== undefined && { reason }),
  });
};
