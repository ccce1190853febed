import type { JsonObject } from '@nitka/core';
import type { PluginHost } from '../../plugin.ts';

export interface Measured {
  name: string;
  value: number;
  rating: string;
  navigationType: string;
  attribution?: object;
}

type Observe = (report: (metric: Measured) => void, options: { reportAllChanges: boolean }) => void;

/** Gathers a page's metrics, each as it last was, into one event at leaving. */
export const collectVitals = (
  host: PluginHost,
  observers: Observe[],
  attributionOf?: (metric: Measured) => object,
): (() => void) => {
  let found: JsonObject = {};
  const send = (): void => {
    if (Object.keys(found).length > 0) host.track('Web Vitals', found);
    found = {};
  };
  const add = (metric: Measured): void => {
    const { name, value, rating, navigationType } = metric;
    found[name] = Math.round(value * 1000) / 1000;
    found[`${name}Rating`] = rating;
    found.navigationType = navigationType;
    if (attributionOf) found[`${name}Attribution`] = attributionOf(metric) as JsonObject;
  };
  let active = true;
  // The library settles CLS and INP at visibilitychange, which comes after pagehide when a page is left: too late.
  const options = { reportAllChanges: true };
  for (const observe of observers) observe((metric) => void (active && add(metric)), options);
  host.onLeave(() => active && send());
  return () => {
    active = false;
  };
};
