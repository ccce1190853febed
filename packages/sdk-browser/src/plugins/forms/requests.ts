import type { PluginHost } from '../../plugin.ts';
import { patch } from '../parts/patch.ts';

/** What a request carries, as far as it can be read without touching it. Text or a promise of text. */
const textOf = (body: unknown): string | Promise<string> => {
  if (typeof body === 'string') return body;
  if (!body || typeof body !== 'object') return '';
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer) return new TextDecoder().decode(body);
  // Told by shape: the body may come from another frame's realm.
  if ('clone' in body) return (body as Request).clone().text();
  if ('text' in body) return (body as Blob).text();
  if ('values' in body) {
    return [...(body as FormData).values()].filter((value) => typeof value === 'string').join('&');
  }
  return '';
};

/** ASCII is enough, and never fails on a lone percent sign. */
const decoded = (text: string): string =>
  text
    .replace(/\+/g, ' ')
    .replace(/%([\da-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

/** True if a text holds the phone or the e-mail, however it is written there. */
export const carries = (text: string, value: string): boolean => {
  const plain = decoded(text).toLowerCase();
  if (value.includes('@')) return plain.includes(value.toLowerCase());
  return plain.replace(/\D+/g, '').includes(value.replace(/\D/g, '').slice(-10));
};

/** Tells the text of each request that the page's scripts send: address and body. */
export const watchRequests = (host: PluginHost, seen: (text: string) => void): (() => void) => {
  const look = (url: unknown, body: unknown): void => {
    const text = textOf(body);
    const join = (read: string) => seen(`${url as string}\n${read.slice(0, 100_000)}`);
    if (typeof text === 'string') join(text);
    else text.then(join, () => {});
  };
  const addresses = new WeakMap<object, unknown>();
  const { window } = host;
  const xhr = window.XMLHttpRequest?.prototype;
  const undo = [
    patch(host, window, 'fetch', (_, args: unknown[]) => {
      const [input, init] = args as [Partial<Request>, RequestInit?];
      look(input.url ?? input, init?.body ?? (input.body && input));
    }),
    patch(host, xhr, 'open', (self, args: unknown[]) => addresses.set(self as object, args[1])),
    patch(host, xhr, 'send', (self, [body]) => look(addresses.get(self as object), body)),
    patch(host, window.navigator, 'sendBeacon', (_, [url, body]) => look(url, body)),
  ];
  return () => undo.forEach((task) => task());
};
