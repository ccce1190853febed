import type { JsonObject } from '@nitka/core';
import { cleanUrl } from '../page-url.ts';
import type { Plugin, PluginHost } from '../plugin.ts';
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

const files =
  'pdf,doc,docx,xls,xlsx,ppt,pptx,odt,ods,rtf,txt,csv,xml,epub,fb2,djvu,zip,rar,7z,gz,tar,exe,msi,dmg,pkg,apk,mp3,wav,mp4,mov,avi,mkv,webm,dwg'.split(
    ',',
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
    let active = true;

    const isOwn = (name: string): boolean =>
      [location.hostname.replace(/^www\./, ''), ...ownHosts].some(
        (own) => name === own || name.endsWith(`.${own}`) || location.hostname.endsWith(`.${name}`),
      );

    const declared = (element: HTMLElement): void => {
      const { nitkaEvent, nitkaProps, ...data } = element.dataset;
      if (nitkaEvent) host.track(nitkaEvent, propertiesOf(data, nitkaProps, host.report));
    };

    const linked = (link: Element): void => {
      const address = link.getAttribute('href') ?? link.getAttribute('xlink:href') ?? '';
      const [, scheme = '', contact = ''] = /^\s*(tel|mailto):([^?]*)/i.exec(address) ?? [];
      const text = link.textContent.replace(/\s+/g, ' ').trim().slice(0, 100);
      if (scheme) {
        if (contacts)
          host.track(/^t/i.test(scheme) ? 'Phone Clicked' : 'Email Clicked', { to: contact, text });
        return;
      }
      if (!address) return;
      const target = cleanUrl(new URL(address, document.baseURI).href);
      if (!target) return;
      const url = target.href;
      const extension = /\.(\w+)$/.exec(target.pathname)?.[1]?.toLowerCase() ?? '';
      if (downloads.includes(extension) || (downloads[0] && link.hasAttribute('download'))) {
        host.track('File Downloaded', { url, extension, text });
      } else if (outbound && !isOwn(target.hostname)) {
        host.track('Outbound Link Clicked', { url, host: target.hostname, text });
      }
    };

    const onClick = (event: Event): void => {
      const target = targetOf(event);
      // 1 is the middle button; the right one opens a menu.
      if (!active || !target || (event as MouseEvent).button > 1 || isIgnored(target)) return;
      // A click on a label is followed by one on its field.
      const { control } = (closest(target, 'label') ?? {}) as HTMLLabelElement;
      if (control && control !== target && !control.contains(target)) return;
      const marked = closest(target, '[data-nitka-event]');
      if (marked && marked.tagName !== 'FORM') declared(marked as HTMLElement);
      const link = closest(target, 'a,area');
      if (link) linked(link);
    };

    for (const type of ['click', 'auxclick']) host.listen(window, type, onClick, { capture: true });
    host.listen(
      window,
      'submit',
      (event) => {
        const form = event.target as HTMLElement;
        if (active && !isIgnored(form)) declared(form);
      },
      { capture: true },
    );
    return () => {
      active = false;
    };
  };

/** `data-nitka-prop-order-id` gives `orderId`, a text; `data-nitka-props` gives a JSON object. */
const propertiesOf = (
  data: DOMStringMap,
  json: string | undefined,
  report: PluginHost['report'],
): JsonObject => {
  const properties: JsonObject = {};
  try {
    if (json) Object.assign(properties, JSON.parse(json));
  } catch {
    report('invalid_call', 'data-nitka-props');
  }
  for (const [key, value] of Object.entries(data)) {
    if (!/^nitkaProp[A-Z]/.test(key)) continue;
    properties[key.charAt(9).toLowerCase() + key.slice(10)] = value;
  }
  return properties;
};
