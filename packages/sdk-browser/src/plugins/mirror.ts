import type { JsonObject } from '@nitka/core';
import type { Plugin } from '../plugin.ts';
import { watchDataLayer } from './mirror/data-layer.ts';
import { toSpec } from './mirror/ecommerce.ts';
import { plainCopy } from './mirror/plain.ts';
import { watchMetrika } from './mirror/metrika.ts';

export interface MirrorOptions {
  /**
   * Name of the global array of Google Tag Manager and gtag.js; an empty text leaves it alone.
   * @default 'dataLayer'
   */
  dataLayer?: string;
  /**
   * Takes goals of Yandex Metrika: `ym(id, 'reachGoal', name, parameters)`.
   * @default true
   */
  metrika?: boolean;
  /**
   * Gives e-commerce events the names and properties of the e-commerce spec: `purchase` of GA4, and `ecommerce` objects
   * of Metrika, become `Order Completed` with `order_id` and `products`. Otherwise names and parameters stay.
   * @default false
   */
  ecommerce?: boolean;
  /** Which events to take, by the name under which they would be sent. */
  include?: (event: string) => boolean;
}

/** Milliseconds within which the same event told to two counters is one. */
const echo = 1000;

/**
 * Sends what the page already tells Google or Yandex, also what it told them before this plugin started. Their
 * functions stay what they are, whichever script loads first.
 *
 * @example createTracker({ writeKey, endpoint, plugins: [mirror({ ecommerce: true })] })
 */
export const mirror =
  ({ dataLayer = 'dataLayer', metrika = true, ecommerce = false, include }: MirrorOptions = {}): Plugin =>
  (host) => {
    const recent = new Map<string, { source: unknown; at: number }>();
    const orders = new Set<unknown>();

    const take = (source: unknown, event: string, parameters: unknown): void => {
      const plain = plainCopy(parameters) as JsonObject;
      const [name, properties] = (ecommerce && toSpec(event, plain)) || [event, plain];
      if (!name || (include && !include(name))) return;
      const key = `${name} ${JSON.stringify(properties)}`;
      const last = recent.get(key);
      const at = Date.now();
      // Two counters are told the same in one breath; the same twice from one of them happened twice.
      if (last && last.source !== source && at - last.at < echo) return;
      if (recent.size > 100) recent.clear();
      recent.set(key, { source, at });
      // An order told to Google and to Metrika, or told again when its page is reloaded by an app, is one order.
      const order = name === 'Order Completed' && properties.order_id;
      if (order && orders.has(order)) return;
      orders.add(order);
      host.track(name, properties);
    };

    const undo = [
      dataLayer && watchDataLayer(host, dataLayer, (event, parameters) => take('', event, parameters)),
      metrika && watchMetrika(host, take),
    ];
    return () => undo.forEach((task) => task && task());
  };
