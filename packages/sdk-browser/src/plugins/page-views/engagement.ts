import type { PluginHost } from '../../plugin.ts';

/** Time during which the page was visible and had the focus. */
export interface Engagement {
  /** Milliseconds since the last call. */
  take(): number;
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
  for (const type of ['focus', 'blur', 'pageshow', 'pagehide']) listen(window, type, measure);
  listen(document, 'visibilitychange', measure);
  measure();
  return {
    take() {
      measure();
      const taken = Math.round(total);
      total = 0;
      return taken;
    },
  };
};
