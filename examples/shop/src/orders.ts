import type { Tracker } from '@nitka/node';
import { messageIdFrom } from '@nitka/node';
import type { BasketLine } from './basket.ts';
import { productsOf } from './tracked.ts';

export interface PlacedOrder {
  readonly number: string;
  /** Whole roubles, shipping included. */
  readonly total: number;
  readonly shipping: number;
  readonly lines: readonly BasketLine[];
  readonly customerId: string | null;
  /** As typed. */
  readonly phone: string;
  readonly email: string;
}

export interface Orders {
  nextNumber(): string;
  placed(order: PlacedOrder): void;
}

/**
 * Orders are tracked by the shop's backend, not by its pages: a reloaded thank-you page adds nothing, a closed one
 * loses nothing, and nobody can make up an order in a console.
 */
export const createOrders = (tracker: Pick<Tracker, 'track'>, now: () => number): Orders => {
  let count = 0;
  return {
    nextNumber: () => `T${new Date(now()).toISOString().slice(2, 19).replace(/\D/g, '')}${++count}`,
    placed(order) {
      tracker.track({
        event: 'Order Completed',
        messageId: messageIdFrom('order', 'tiho-web', order.number),
        userId: order.customerId ?? undefined,
        phone: order.phone,
        email: order.email,
        properties: {
          order_id: order.number,
          total: order.total.toFixed(2),
          shipping: order.shipping.toFixed(2),
          currency: 'RUB',
          products: productsOf(order.lines),
        },
      });
    },
  };
};
