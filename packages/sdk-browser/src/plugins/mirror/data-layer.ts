import type { PluginHost } from '../../plugin.ts';
import { guarded, soon } from '../parts/guard.ts';
import { patch } from '../parts/patch.ts';

type Layer = unknown[];

/**
 * Reads a data layer. Its `push` is wrapped to know the moment, but the array is the truth: whoever replaces `push`,
 * or the array, before or after us, each entry is seen once.
 *
 * @param take an event's name and its parameters
 */
export const watchDataLayer = (
  host: PluginHost,
  name: string,
  take: (event: string, parameters: unknown) => void,
): (() => void) => {
  const page = host.window as unknown as Record<string, Layer | undefined>;
  const seen = new WeakSet();
  let layer: Layer | undefined;
  let restore: (() => void) | undefined;
  let timer: number | undefined;
  let wait = 250;
  let active = true;

  const read = (entry: unknown): void => {
    if (!entry || typeof entry !== 'object' || seen.has(entry)) return;
    seen.add(entry);
    guarded(host, () => {
      // gtag() pushes its `arguments`: an object with a length, and no array.
      const [command, event, parameters] = 'length' in entry ? Array.from(entry as ArrayLike<string>) : [];
      const named = (entry as { event?: unknown }).event;
      if (command === 'event') take(String(event), parameters ?? {});
      else if (typeof named === 'string' && !/^(gtm|optimize)\./.test(named)) take(named, entry);
      // Metrika's e-commerce comes without a name.
      else if (!named && 'ecommerce' in entry) take('', entry);
    });
  };

  const attach = (): void => {
    const found = page[name];
    if (found !== layer && Array.isArray(found)) {
      restore?.();
      layer = found;
      restore = patch(host, found as Layer & { push?: Layer['push'] }, 'push', (_, entries: unknown[]) =>
        entries.forEach(read),
      );
    }
    layer?.forEach(read);
  };

  const look = (): void => {
    if (!active) return;
    attach();
    // The array may be made, or made anew, long after; ever more seldom.
    wait = Math.min(wait * 2, 30_000);
    timer = host.window.setTimeout(look, wait);
  };

  soon(host, look);
  host.onLeave(() => active && attach());
  return () => {
    active = false;
    restore?.();
    host.window.clearTimeout(timer);
  };
};
