import type { JsonObject, JsonValue } from '@nitka/core';

/**
 * GA4's recommended events and the actions of Metrika's e-commerce, by their names in the e-commerce spec:
 * https://segment.com/docs/connections/spec/ecommerce/v2/
 * https://developers.google.com/analytics/devguides/collection/ga4/reference/events
 * https://yandex.com/support/metrica/ecommerce/data.html
 */
const names: Record<string, string> = {
  // An event or a parameter may be called `constructor`.
  __proto__: null as never,
  purchase: 'Order Completed',
  refund: 'Order Refunded',
  add_to_cart: 'Product Added',
  remove_from_cart: 'Product Removed',
  view_item: 'Product Viewed',
  select_item: 'Product Clicked',
  view_item_list: 'Product List Viewed',
  view_cart: 'Cart Viewed',
  begin_checkout: 'Checkout Started',
  add_shipping_info: 'Checkout Step Completed',
  add_payment_info: 'Payment Info Entered',
  add_to_wishlist: 'Product Added to Wishlist',
  view_promotion: 'Promotion Viewed',
  select_promotion: 'Promotion Clicked',
  search: 'Products Searched',
  login: 'Signed In',
  sign_up: 'Signed Up',
  share: 'Product Shared',
  add: 'Product Added',
  remove: 'Product Removed',
  detail: 'Product Viewed',
  click: 'Product Clicked',
  impressions: 'Product List Viewed',
};

const renamed: Record<string, string> = {
  __proto__: null as never,
  transaction_id: 'order_id',
  search_term: 'query',
  item_id: 'product_id',
  item_name: 'name',
  item_brand: 'brand',
  item_category: 'category',
  item_variant: 'variant',
  item_list_id: 'list_id',
  item_list_name: 'list_name',
};

const rename = (fields: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [renamed[key] ?? key, value]));

/** Ids are texts, whatever the page holds them in. */
const withOrder = ({ order_id, ...fields }: JsonObject): JsonObject =>
  order_id === undefined || typeof order_id === 'object' ? fields : { order_id: String(order_id), ...fields };

const listOf = (value: JsonValue | undefined): JsonObject[] =>
  (Array.isArray(value) ? value : []) as JsonObject[];

/** The event in the words of the e-commerce spec, or undefined if it is not e-commerce. */
export const toSpec = (event: string, parameters: JsonObject): [string, JsonObject] | undefined => {
  const { ecommerce, ...own } = parameters;
  const shop = (ecommerce ?? {}) as JsonObject;
  if (event in names) {
    const { items, value, ...rest } = { ...own, ...shop };
    const money = value === undefined ? {} : { [/purchase|refund/.test(event) ? 'revenue' : 'value']: value };
    const products = items ? { products: listOf(items).map(rename) } : {};
    return [names[event]!, { ...withOrder(rename(rest)), ...money, ...products }];
  }
  // Metrika and the older Google: { currencyCode, purchase: { actionField: { id, revenue }, products } }
  const action = Object.keys(shop).find((key) => key in names);
  if (!action) return;
  const details = shop[action] as JsonObject;
  const { id: order_id, ...field } = (details.actionField ?? {}) as JsonObject;
  const products = listOf(Array.isArray(details) ? details : details.products).map(
    ({ id: product_id, ...product }) => ({ product_id, ...product }),
  );
  const { currencyCode: currency } = shop;
  return [names[action]!, { ...withOrder({ order_id, currency, ...field }), products }];
};
