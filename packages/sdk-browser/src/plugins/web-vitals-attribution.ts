import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals/attribution';
import type { Plugin } from '../plugin.ts';
import { collectVitals } from './web-vitals/collect.ts';

/** What of a metric's attribution is sent: texts and numbers, by metric. */
const parts = /target|url|type|state|delay|duration|time|shift/i;

/**
 * Like `webVitals`, with what caused each figure: element, address, phases. Larger, hence apart.
 *
 * @example createTracker({ writeKey, endpoint, plugins: [webVitalsAttribution()] })
 */
export const webVitalsAttribution = (): Plugin => (host) =>
  collectVitals(host, [onCLS, onFCP, onINP, onLCP, onTTFB], ({ attribution }) =>
    Object.fromEntries(
      Object.entries(attribution ?? {}).filter(
        ([name, value]) => parts.test(name) && /string|number/.test(typeof value),
      ),
    ),
  );
