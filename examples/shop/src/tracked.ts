import type { Item } from './goods.ts';
import type { BasketLine } from './basket.ts';

/** A thing as the e-commerce events of the Segment spec name it. Money is a decimal string. */
export const productOf = (item: Item, quantity?: number): Record<string, unknown> => ({
  product_id: item.slug,
  name: item.name.ru,
  category: item.category,
  price: item.price.toFixed(2),
  currency: 'RUB',
  ...(quantity === undefined ? {} : { quantity }),
});

export const productsOf = (lines: readonly BasketLine[]): readonly Record<string, unknown>[] =>
  lines.map(({ item, quantity }) => productOf(item, quantity));
