import type { PluginHost } from '../../plugin.ts';

/**
 * Measures the time during which the page was visible and had the focus.
 *
 * @returns what tells the milliseconds since it was last asked. `leaving`: nothing counts until the page is back, since
 *   Chromium tells that a page goes away twice, and calls it visible the first time
 */
export const watchEngagement = ({ window, listen }: PluginHost): ((leaving?: boolean) => number) => {
  const { document } = window;
  // Many a page has a variable called `performance`.
  const clock = typeof window.performance?.now === 'function' ? window.performance : Date;
  let total = 0;
  let since: number | undefined;
  const measure = (): void => {
    const now = clock.now();
    total += now - (since ?? now);
    // A frame inside that takes the focus blurs the window, but the document keeps the focus.
    since = document.visibilityState === 'visible' && document.hasFocus() ? now : undefined;
  };
  for (const type of ['focus', 'blur', 'pageshow']) listen(window, type, measure);
  listen(document, 'visibilitychange', measure);
  measure();
  return (leaving) => {
    measure();
    if (leaving) since = undefined;
    const taken = Math.round(total);
    total = 0;
    return taken;
  };
};
