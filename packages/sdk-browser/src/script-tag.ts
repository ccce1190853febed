import type { QueuedCall, Tracker } from './api.ts';
import { openTracker } from './create-tracker.ts';
import type { Features } from './features.ts';
import type { Plugin } from './plugin.ts';

/** What stands in for the tracker until the script has loaded: an array of calls, perhaps with methods that push. */
type Stub = Partial<Tracker> & { push?: (...calls: QueuedCall[]) => void };

/**
 * Reads the options from the script's own tag, starts the tracker and puts it on `window.nitka`. The stub keeps its
 * identity, so that a page which holds a reference to it goes on with the real thing.
 *
 * @param plugins by name, as in `data-plugins`
 * @param usual names that run without `data-plugins`
 * @param late finds a plugin of another name
 */
export const startFromTag = (
  features: Features,
  plugins: Record<string, () => Plugin> = {},
  usual: readonly string[] = [],
  late?: (name: string, tag: HTMLScriptElement) => Plugin,
): void => {
  const tag = (document.currentScript ??
    document.querySelector('script[data-write-key]')) as HTMLScriptElement | null;
  const data = tag?.dataset;
  if (!tag || !data?.writeKey) return;
  const names = (data.plugins?.split(/[\s,]+/) ?? usual).filter(
    (name) => name && !(name === 'page-views' && data.pageViews === 'off'),
  );
  // Attributes are the options of the same name; numbers are read as such, an empty one is true.
  const options = Object.fromEntries(
    Object.entries(data).map(([name, text]) => [
      name,
      text === 'false' ? undefined : text ? Number(text) || text : true,
    ]),
  );
  const given = {
    ...options,
    writeKey: data.writeKey,
    // A path of the site may be proxied to the collector: the folder that has the script has the routes.
    endpoint: data.endpoint ?? new URL('.', tag.src).href,
    cookie: { name: data.cookieName, domain: data.cookieDomain },
    plugins: names.flatMap((name) => plugins[name]?.() ?? late?.(name, tag) ?? []),
  };
  const page = window as unknown as { nitka?: Stub };
  const stub = (page.nitka ??= {});
  const early = Array.isArray(stub) ? (stub.splice(0) as QueuedCall[]) : [];
  const tracker = openTracker(given, features, early);
  if (!tracker) return;
  Object.assign(stub, tracker, {
    push(...calls: QueuedCall[]) {
      for (const [method, ...args] of calls.filter(Array.isArray)) {
        (tracker[method] as ((...args: unknown[]) => void) | undefined)?.(...args);
      }
    },
  } satisfies Stub);
};
