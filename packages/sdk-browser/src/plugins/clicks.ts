import type { JsonObject } from '@nitka/core';
import { cleanUrl } from '../page-url.ts';
import type { Plugin, PluginHost } from '../plugin.ts';
import { isSameSite } from './parts/site.ts';
import { closest, isIgnored, targetOf } from './parts/tree.ts';

export interface ClicksOptions {
  /**
   * `Outbound Link Clicked`: links to other sites.
   * @default true
   */
  outbound?: boolean;
  /** Hosts that belong to the site, their subdomains included, besides the page's own. */
  ownHosts?: readonly string[];
  /**
   * `File Downloaded`: links whose path ends so, or that have a `download` attribute. An empty list turns it off.
   * @default documents, archives, programs, sound and video
   */
  downloads?: readonly string[];
  /**
   * `Phone Clicked` and `Email Clicked`: `tel:` and `mailto:` links.
   * @default true
   */
  contacts?: boolean;
}

/** Endings, as the parts of a pattern. */
const files =
  'pdf|docx?|xlsx?|pptx?|od[ts]|rtf|txt|csv|xml|epub|fb2|djvu|zip|rar|7z|gz|tar|exe|msi|dmg|pkg|apk|mp[34]|wav|mov|avi|mkv|webm|dwg'.split(
    '|',
  );

/**
 * Clicks that the markup declares (`data-nitka-event="Name" data-nitka-prop-plan="pro"`), and clicks on links that
 * leave the site. It only listens: no click waits for it.
 *
 * @example createTracker({ writeKey, endpoint, plugins: [clicks({ ownHosts: ['pay.example'] })] })
 */
export const clicks =
  ({ outbound = true, ownHosts = [], downloads = files, contacts = true }: ClicksOptions = {}): Plugin =>
  (host) => {
    const { window } = host;
    const { document, location } = window;
    const file = new RegExp(`\\.(${downloads.join('|')})$`, 'i');

    const declared = (element: Element | null): void => {
      const { nitkaEvent, nitkaProps, ...data } = (element as HTMLElement | null)?.dataset ?? {};
      if (nitkaEvent) host.track(nitkaEvent, propertiesOf(data, nitkaProps, host.report));
    };

    const linked = (link: Element): void => {
      const address = link.getAttribute('href') ?? link.getAttribute('xlink:href') ?? '';
      const [, scheme, to] = /^\s*(tel|mailto):([^?]*)/i.exec(address) ?? [];
      const text = link.textContent.replace(/\s+/g, ' ').trim().slice(0, 100);
      if (scheme) {
        const isPhone = scheme.toLowerCase() === 'tel';
        if (contacts) host.track(isPhone ? 'Phone Clicked' : 'Email Clicked', { to, text });
        return;
      }
      const target = address && cleanUrl(new URL(address, document.baseURI).href);
      if (!target) return;
      const { href: url, hostname, pathname } = target;
      const [, extension = ''] = (downloads[0] && file.exec(pathname)) || [];
      if (extension || (downloads[0] && link.hasAttribute('download'))) {
        host.track('File Downloaded', { url, extension: extension.toLowerCase(), text });
      } else if (outbound && ![location.hostname, ...ownHosts].some((own) => isSameSite(own, hostname))) {
        host.track('Outbound Link Clicked', { url, host: hostname, text });
      }
    };

    const onEvent = (event: Event): void => {
      const target = targetOf(event);
      // 1 is the middle button; the right one opens a menu.
      if (!target || (event as MouseEvent).button > 1 || isIgnored(target)) return;
      // A form is told of when it is sent, not at each click in it.
      if (event.type === 'submit') return declared(target);
      // A click on a label is followed by one on its field.
      const { control } = (closest(target, 'label') ?? {}) as HTMLLabelElement;
      if (control && !control.contains(target)) return;
      const marked = closest(target, '[data-nitka-event]');
      if (marked?.tagName !== 'FORM') declared(marked);
      const link = closest(target, 'a,area');
      if (link) linked(link);
    };

    for (const type of ['click', 'auxclick', 'submit']) host.listen(window, type, onEvent, { capture: true });
  };

/** `data-nitka-prop-order-id` gives `orderId`, a text; `data-nitka-props` gives a JSON object. */
const propertiesOf = (
  data: DOMStringMap,
  json: string | undefined,
  report: PluginHost['report'],
): JsonObject => {
  const properties: JsonObject = {};
  try {
    Object.assign(properties, JSON.parse(json ?? '{}'));
  } catch {
    report('invalid_call', 'data-nitka-props');
  }
  for (const key in data) {
    const [, initial, rest] = /^nitkaProp([A-Z])(.*)/.exec(key) ?? [];
    if (initial) properties[initial.toLowerCase() + rest] = data[key];
  }
  return properties;
};
