import { itemBySlug, type Item } from './goods.ts';

export interface BasketLine {
  readonly item: Item;
  readonly quantity: number;
}

/** Courier, whole roubles. */
export const courierPrice = 390;

const most = 20;

/** Reads the basket's cookie, `slug:2.slug:1`. Anything else in it is passed over: it comes from outside. */
export const readBasket = (cookie: string | undefined): BasketLine[] => {
  const quantities = new Map<Item, number>();
  for (const part of (cookie ?? '').slice(0, 1000).split('.')) {
    const [slug = '', count = ''] = part.split(':');
    const item = itemBySlug(slug);
    const quantity = Number(count);
    if (item && Number.isInteger(quantity) && quantity > 0) quantities.set(item, Math.min(quantity, most));
  }
  return [...quantities].map(([item, quantity]) => ({ item, quantity }));
};

export const writeBasket = (lines: readonly BasketLine[]): string =>
  lines.map(({ item, quantity }) => `${item.slug}:${quantity}`).join('.');

/** The basket with the quantity of one thing changed by `by`; gone at zero. */
export const changeBasket = (lines: readonly BasketLine[], item: Item, by: number): BasketLine[] => {
  const before = lines.find((line) => line.item === item)?.quantity ?? 0;
  const quantity = Math.min(before + by, most);
  const others = lines.filter((line) => line.item !== item);
  return quantity > 0 ? [...others, { item, quantity }] : others;
};

export const countOf = (lines: readonly BasketLine[]): number =>
  lines.reduce((sum, line) => sum + line.quantity, 0);

export const priceOf = (lines: readonly BasketLine[]): number =>
  lines.reduce((sum, line) => sum + line.quantity * line.item.price, 0);
