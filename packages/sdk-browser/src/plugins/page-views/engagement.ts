import type { PluginHost } from '../../plugin.ts';

/** Time during which the page was visible and had the focus. */
export interface Engagement {
  /**
   * Milliseconds since the last call.
   *
   * @param leaving nothing counts until the page is back: Chromium tells that a page goes away twice, and calls it
   *   visible the first time
   */
  take(leaving: boolean): number;
}

export const createEngagement = ({ window, listen }: PluginHost): Engagement => {
  const { document, performance } = window;
  let total = 0;
  let since: number | undefined;
  const measure = (): void => {
    const now = performance.now();
    if (since !== undefined) total += now - since;
    // A frame inside that takes the focus blurs the window, but the document keeps the focus.
    since = document.visibilityState === 'visible' && document.hasFocus() ? now : undefined;
  };
  for (const type of ['focus', 'blur', 'pageshow']) listen(window, type, measure);
  listen(document, 'visibilitychange', measure);
  measure();
  return {
    take(leaving) {
      measure();
      if (leaving) since = undefined;
      const taken = Math.round(total);
      total = 0;
      return taken;
    },
  };
};
