import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals';
import type { Plugin } from '../plugin.ts';
import { collectVitals } from './web-vitals/collect.ts';

/**
 * `Web Vitals`: LCP, CLS, INP, FCP and TTFB of the page with their ratings, in one event when it is left.
 *
 * @example createTracker({ writeKey, endpoint, plugins: [webVitals()] })
 */
export const webVitals = (): Plugin => (host) => collectVitals(host, [onCLS, onFCP, onINP, onLCP, onTTFB]);
