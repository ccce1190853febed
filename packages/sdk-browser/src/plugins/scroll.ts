import type { Plugin } from '../plugin.ts';

export interface ScrollOptions {
  /**
   * Percent of the page's height seen. Each is told once per page; who jumps over several has reached the last.
   * @default [25, 50, 75, 100]
   */
  depths?: readonly number[];
}

/** Milliseconds without scrolling after which the place counts as seen. */
const rest = 250;

/**
 * `Page Scrolled` with the depth reached. Works for pages that scroll as a whole and for those that scroll in a block
 * of their own; a page that fits the window is seen to its end, which is told when it is left.
 *
 * @example createTracker({ writeKey, endpoint, plugins: [scroll({ depths: [50, 90] })] })
 */
export const scroll =
  ({ depths = [25, 50, 75, 100] }: ScrollOptions = {}): Plugin =>
  (host) => {
    const { window } = host;
    const { document, location } = window;
    let timer: number | undefined;
    let place: Element | null | undefined;
    let path = '';
    let reached = 0;

    const newPage = (): void => {
      if (path !== location.pathname) reached = 0;
      path = location.pathname;
    };

    const measure = (): void => {
      timer = undefined;
      newPage();
      const block = place ?? document.scrollingElement;
      if (!block) return;
      // Half a pixel: zoomed pages never reach their end exactly.
      const seen = (100 * (block.scrollTop + block.clientHeight + 0.5)) / Math.max(block.scrollHeight, 1);
      const depth = Math.max(0, ...depths.filter((percent) => percent <= seen));
      if (depth > reached) {
        reached = depth;
        host.track('Page Scrolled', { depth });
      }
    };

    newPage();
    host.listen(
      window,
      'scroll',
      ({ target }) => {
        const block = target === document ? document.scrollingElement : (target as Element);
        // A menu that scrolls is not the page.
        if (!block || block.clientHeight < window.innerHeight / 2) return;
        newPage();
        place = block;
        window.clearTimeout(timer);
        timer = window.setTimeout(measure, rest);
      },
      { capture: true, passive: true },
    );
    host.onLeave(() => {
      const page = document.scrollingElement;
      const fits = !place && page && page.scrollHeight <= page.clientHeight + 1;
      if (timer !== undefined || fits) measure();
    });
    return () => window.clearTimeout(timer);
  };
