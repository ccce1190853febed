import type { QueuedCall, Tracker } from './api.ts';
import { attempt } from './attempt.ts';
import { openTracker } from './create-tracker.ts';
import type { TrackerOptions } from './options.ts';
import type { Plugin } from './plugin.ts';

/** What stands in for the tracker until the script has loaded: an array of calls, perhaps with methods that push. */
type Stub = Partial<Tracker> & { push?: (...calls: QueuedCall[]) => void };

/**
 * Reads the options from the script's own tag, starts the tracker and puts it on `window.nitka`. The stub keeps its
 * identity, so that a page which holds a reference to it goes on with the real thing.
 *
 * @param choose the plugins that the tag asks for
 */
export const startFromTag = (choose?: (tag: HTMLScriptElement) => readonly Plugin[]): void => {
  const tag = (document.currentScript ??
    document.querySelector('script[data-write-key]')) as HTMLScriptElement | null;
  const data = tag?.dataset;
  if (!data?.writeKey) return console.error('nitka: invalid_option (data-write-key)');
  const options: Record<string, unknown> = {
    // A path of the site may be proxied to the collector: the folder that has the script has the routes.
    endpoint: tag!.src.replace(/[^/]*([?#].*)?$/, ''),
    cookie: { name: data.cookieName, domain: data.cookieDomain },
  };
  // Attributes are the options of the same name; numbers are read as such, an empty one is true.
  for (const [name, text] of Object.entries(data)) {
    options[name] = text === 'false' ? undefined : text ? Number(text) || text : true;
  }
  options['writeKey'] = data.writeKey;
  if (choose) options['plugins'] = choose(tag!);
  const tracker = openTracker(options as unknown as TrackerOptions);
  if (!tracker) return;
  const page = window as unknown as { nitka?: Stub };
  const stub = (page.nitka ??= {});
  if (Array.isArray(stub)) tracker.push(...(stub.splice(0) as QueuedCall[]));
  // Where the stub is frozen, or made of frozen built-ins, the page's name for it has the tracker.
  page.nitka = attempt(() => Object.assign(stub, tracker)) ?? tracker;
};
