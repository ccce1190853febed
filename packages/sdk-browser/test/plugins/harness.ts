import { JSDOM, VirtualConsole } from 'jsdom';
import { normaliseEmail, normalisePhone } from '@nitka/core';
import { createTextStore } from '../../src/storage/text-store.ts';
import type { Plugin, PluginHost } from '../../src/plugin.ts';

/** What a plugin told the tracker, in order. */
export type Told = Record<string, unknown> & { type: 'track' | 'page' | 'link' | 'report' };

export interface Page {
  window: PluginHost['window'];
  document: Document;
  told: Told[];
  /** Identifiers as the tracker would normalise them. */
  links(): { phone?: string; email?: string }[];
  events(name?: string): Told[];
  /** What the plugins add to the context of an event. */
  context(): Record<string, unknown>;
  /** Errors that reached the page. */
  errors: unknown[];
  leave(): void;
  allow(): void;
  undo(): void;
  close(): void;
}

export interface PageOptions {
  url?: string;
  title?: string;
  /** Consent is pending until `allow()`. */
  pending?: boolean;
  before?: (window: PluginHost['window']) => void;
  referrer?: string;
  /** Undefined without consent. */
  visitorId?: () => string | undefined;
  callingCode?: string;
}

/** A page of its own with its scripts running, and a tracker that writes down what it is told. */
export const openPage = (html: string, plugins: Plugin[], options: PageOptions = {}): Page => {
  const errors: unknown[] = [];
  const virtualConsole = new VirtualConsole();
  virtualConsole.on('jsdomError', (error) => {
    if ((error as { type?: string }).type !== 'not-implemented') errors.push(error);
  });
  const dom = new JSDOM(
    `<!doctype html><html><head><title>${options.title ?? 'Home'}</title></head><body>${html}</body></html>`,
    {
      url: options.url ?? 'https://shop.example/',
      ...(options.referrer && { referrer: options.referrer }),
      runScripts: 'dangerously',
      pretendToBeVisual: true,
      virtualConsole,
      beforeParse(created) {
        const window = created as unknown as PluginHost['window'];
        window.fetch = (async () => ({ ok: true, json: async () => ({}) })) as unknown as typeof fetch;
        window.XMLHttpRequest.prototype.send = () => {};
        window.HTMLFormElement.prototype.submit = () => {};
        options.before?.(window);
      },
    },
  );
  const window = dom.window as unknown as PluginHost['window'];
  const told: Told[] = [];
  const leaving: (() => void)[] = [];
  const allowed: (() => void)[] = [];
  const listeners: (() => void)[] = [];
  const enrichers: Parameters<PluginHost['enrich']>[0][] = [];
  const store = createTextStore();
  let pending = options.pending === true;
  const host: PluginHost = {
    window,
    callingCode: options.callingCode,
    track: (event, properties, context) => void told.push({ type: 'track', event, properties, context }),
    page: (name, properties, context) => void told.push({ type: 'page', name, properties, context }),
    link: (identifiers, context) => void told.push({ type: 'link', ...identifiers, context }),
    listen(target, type, listener, listenerOptions) {
      const guarded = (event: Event) => {
        try {
          listener(event);
        } catch (error) {
          told.push({ type: 'report', code: 'plugin_failed', detail: String(error) });
        }
      };
      target.addEventListener(type, guarded, listenerOptions);
      listeners.push(() => target.removeEventListener(type, guarded, listenerOptions));
    },
    onLeave: (task) => void leaving.push(task),
    whenAllowed: (task) => void (pending ? allowed.push(task) : task()),
    enrich: (fields) => void enrichers.push(fields),
    visitorId: () => options.visitorId?.(),
    ready: async () => options.visitorId?.() ?? new Promise<never>(() => {}),
    report: (code, detail) => void told.push({ type: 'report', code, detail }),
  };
  const undos = plugins.map((plugin) => plugin(host));
  return {
    window,
    document: window.document,
    told,
    errors,
    links: () =>
      told
        .filter(({ type }) => type === 'link')
        .map((link) => {
          const phone = normalisePhone(link['phone'], options.callingCode);
          const email = normaliseEmail(link['email']);
          return { ...(phone ? { phone } : {}), ...(email ? { email } : {}) };
        }),
    events: (name) =>
      told.filter(({ type, event }) => type === 'track' && (name === undefined || event === name)),
    context: () => Object.assign({}, ...enrichers.map((fields) => fields(store))) as Record<string, unknown>,
    leave: () => leaving.forEach((task) => task()),
    allow() {
      pending = false;
      allowed.splice(0).forEach((task) => task());
    },
    undo() {
      undos.forEach((task) => task?.());
      listeners.splice(0).forEach((task) => task());
      leaving.length = 0;
    },
    close: () => window.close(),
  };
};

/** Types a text the way a visitor or a browser's autofill does: the page's own listeners see it. */
export const fill = (page: Page, target: string | Element, value: string): void => {
  const field = (typeof target === 'string' ? find(page, target) : target) as HTMLInputElement;
  const { Event, HTMLInputElement } = page.window;
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!;
  field.dispatchEvent(new Event('focusin', { bubbles: true, composed: true }));
  if (field.type === 'checkbox') field.checked = value === 'on';
  else if (field.tagName === 'INPUT') set.call(field, value);
  else field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
};

/** `>>>` goes into a shadow tree. */
export const find = (page: Page, selector: string): HTMLElement => {
  const [first = '', ...inner] = selector.split('>>>').map((part) => part.trim());
  let element = page.document.querySelector(first);
  for (const part of inner) element = element?.shadowRoot?.querySelector(part) ?? null;
  if (!element) throw new Error(`no ${selector} in the page`);
  return element as HTMLElement;
};

export const click = (page: Page, selector: string): void => find(page, selector).click();

export const press = (page: Page, selector: string, key: string): void => {
  const { KeyboardEvent } = page.window;
  find(page, selector).dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true }),
  );
};

export const pause = (milliseconds = 0): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Waits, and then until what was due meanwhile has had its turns: a busy machine may be late with all of it. */
export const settled = async (milliseconds: number): Promise<void> => {
  await pause(milliseconds);
  for (let turn = 0; turn < 10; turn++) await pause();
};
