import type { PluginHost } from '../../plugin.ts';
import { patch } from '../parts/patch.ts';

/** Bytes of a body that are looked at: forms are small, uploads are left alone. */
const limit = 100_000;

/** What a body says, as far as it can be read without touching it: text or a promise of text. */
const textOf = (body: unknown): string | Promise<string> => {
  if (typeof body === 'string') return body;
  if (!body || typeof body !== 'object') return '';
  if (ArrayBuffer.isView(body)) return new TextDecoder().decode(body);
  // Told by shape: the body may come from another frame's realm.
  const { size, headers } = body as Blob & Request;
  if (headers)
    return /json|urlenc|text/.test(headers.get('content-type') ?? '') ? (body as Request).clone().text() : '';
  if ('text' in body) return size < limit ? (body as Blob).text() : '';
  // FormData and URLSearchParams. A stream has values() too, which would lock it.
  if ('append' in body) {
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

/**
 * Tells the text of the requests that the page's scripts send: address and body.
 *
 * @param awaited whether a request is looked at
 */
export const watchRequests = (
  host: PluginHost,
  awaited: () => boolean,
  seen: (text: string) => void,
): (() => void) => {
  const look = (url: unknown, body: unknown): void => {
    if (!awaited()) return;
    const text = textOf(body);
    const join = (read: string) => seen(`${url as string}\n${read.slice(0, limit)}`);
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
