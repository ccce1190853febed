import type { Plugin } from '../plugin.ts';
import { readArrival } from './linker/arrival.ts';
import { writeParameter } from './linker/parameter.ts';
import { patch } from './parts/patch.ts';
import { closest, targetOf } from './parts/tree.ts';

export interface LinkerOptions {
  /**
   * Hosts, their subdomains included, that get the visitor id from this site and may give theirs to it. List only what is
   * under your control: a page on one of these can give a new visitor any id.
   */
  domains: readonly string[];
  /** Name of the parameter, the same on all sites. @default 'ntk_v' */
  parameter?: string;
  /** Milliseconds that a parameter is good for after the click. @default 120000 */
  lifetime?: number;
}

/**
 * Carries the visitor id to other domains of the company: a parameter is added to links, forms and `window.open` that lead
 * there, at the moment of the click, and taken away again. Use it on both sites.
 *
 * An id that arrives counts only where the visitor has none yet, in any tier.
 *
 * @example createTracker({ writeKey, endpoint, plugins: [linker({ domains: ['pay.example'] })] })
 */
export const linker = ({ domains, parameter = 'ntk_v', lifetime = 120_000 }: LinkerOptions): Plugin => {
  const isListed = (host: string): boolean =>
    domains.some((domain) => host === domain || host.endsWith(`.${domain}`));

  let arrived: string | undefined;
  let isRead = false;
  const arrive = (page: Window): void => {
    if (!isRead) arrived = readArrival(page, { parameter, lifetime, isListed });
    isRead = true;
  };

  const plugin: Plugin = (host) => {
    const { window } = host;
    const { document, navigator } = window;
    arrive(window);
    let isSettled = false;
    void host.ready().then(() => (isSettled = true));

    const valueFor = (target: URL): string | undefined => {
      const id = isSettled && host.visitorId();
      if (!id || !target.protocol.startsWith('http') || !isListed(target.hostname)) return;
      return writeParameter(id, Date.now(), { host: target.host, userAgent: navigator.userAgent });
    };

    /** @returns the address with the parameter, or undefined if it gets none */
    const decorated = (address: string): string | undefined => {
      const url = new URL(address, document.baseURI);
      const value = valueFor(url);
      if (!value) return;
      // As text: the other parameters keep their encoding.
      url.search += `${url.search && '&'}${encodeURIComponent(parameter)}=${value}`;
      return url.href;
    };

    /** Once the browser has taken the address, the page is as it was. */
    const restore = (task: () => void): void => void window.setTimeout(task);

    const decorate = (element: Element, attribute: string): void => {
      const before = element.getAttribute(attribute);
      const address = before !== null && decorated(before);
      if (!address) return;
      element.setAttribute(attribute, address);
      restore(() => element.getAttribute(attribute) === address && element.setAttribute(attribute, before));
    };

    const onClick = (event: Event): void => {
      const link = closest(targetOf(event), 'a[href],area[href]');
      // 1 is the middle button; the right one opens a menu.
      if (link && (event as MouseEvent).button < 2) decorate(link, 'href');
    };

    const onSubmit = ({ target }: Event): void => {
      const form = target as HTMLFormElement;
      if (form.getAttribute('method')?.toLowerCase() === 'post') return decorate(form, 'action');
      // The query of a GET form's address is replaced by its fields.
      const value = valueFor(new URL(form.getAttribute('action') ?? '', document.baseURI));
      if (!value) return;
      const field = document.createElement('input');
      Object.assign(field, { type: 'hidden', name: parameter, value });
      form.append(field);
      restore(() => field.remove());
    };

    for (const type of ['click', 'auxclick']) host.listen(window, type, onClick);
    host.listen(window, 'submit', onSubmit);
    return patch(host, window, 'open', (_, args) => {
      if (args[0]) args[0] = decorated(String(args[0])) ?? args[0];
    });
  };

  return Object.assign(plugin, {
    offerId(page: Window) {
      arrive(page);
      // Given once: what the visitor erases does not come back by it.
      const id = arrived;
      arrived = undefined;
      return id;
    },
  });
};
