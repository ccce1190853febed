import type { PluginHost } from '../../plugin.ts';
import { soon } from '../parts/guard.ts';
import { patch } from '../parts/patch.ts';

/** The part of the Navigation API that is used: https://html.spec.whatwg.org/multipage/nav-history-apis.html */
type Navigation = EventTarget & { readonly currentEntry: unknown };

/**
 * Tells when scripts or the visitor changed the page's address without loading.
 *
 * @param changed after the change, with whether the entry was replaced
 */
export const watchLocation = (host: PluginHost, changed: (replaced: boolean) => void): (() => void) => {
  const { history, navigation } = host.window as Window & { navigation?: Navigation };
  if (navigation) {
    host.listen(navigation, 'currententrychange', (event) => {
      changed((event as Event & { navigationType?: string }).navigationType === 'replace');
    });
    return () => {};
  }
  const undo = (['pushState', 'replaceState'] as const).map((name) =>
    patch(host, history, name, () => soon(host, () => changed(name === 'replaceState'))),
  );
  for (const type of ['popstate', 'hashchange']) host.listen(host.window, type, () => changed(false));
  return () => undo.forEach((task) => task());
};
