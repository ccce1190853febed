import type { PluginHost } from '../../plugin.ts';
import { patch } from '../parts/patch.ts';

/** Bytes of a body that are looked at: forms are small, uploads are left alone. */
const limit = 100_000;

/** What a body says, as far as it can be read without touching it: text or a promise of text. */
const textOf = (body: unknown): string | false | Promise<string> => {
  if (ArrayBuffer.isView(body)) return new TextDecoder().decode(body);
  // Told by shape: the body may come from another frame's realm.
  const { size, headers, text, append } = (body ?? '') as Partial<Blob & Request & FormData>;
  if (headers)
    return /json|urlenc|text/.test(headers.get('content-type') ?? '') && (body as Request).clone().text();
  if (text) return size! < limit && (body as Blob).text();
  // FormData and URLSearchParams. A stream has values() too, which would lock it.
  return append ? [...(body as FormData).values()].join() : typeof body === 'string' && body;
};

/** Letters and digits alone, and no percent codes: so it matters not how a value is written. */
const bare = (text: string): string => text.toLowerCase().replace(/%[\da-f]{2}|[^a-z\d]/g, '');

/** True if a text holds the phone, with whatever code, or the e-mail. */
export const carries = (text: string, value: string): boolean =>
  bare(text).includes(bare(value).replace(/^\d+(?=\d{10}$)/, ''));

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
  const look = (url: unknown, body?: unknown): void => {
    if (!awaited()) return;
    const join = (text: string | false) => seen(`${url as string} ${text && text.slice(0, limit)}`);
    const text = textOf(body);
    // At once where it can be: the page may be gone in a moment.
    if (typeof text === 'object') text.then(join, () => {});
    else join(text);
  };
  const { window } = host;
  const xhr = window.XMLHttpRequest?.prototype;
  const undo = [
    patch(host, window, 'fetch', (_, [input, init]: unknown[]) => {
      const { url, body } = input as Partial<Request>;
      look(url ?? input, (init as RequestInit | undefined)?.body ?? (body && input));
    }),
    patch(host, xhr, 'open', (_, [, url]: unknown[]) => look(url)),
    patch(host, xhr, 'send', (_, [body]) => look('', body)),
    patch(host, window.navigator, 'sendBeacon', (_, [url, body]) => look(url, body)),
  ];
  return () => undo.forEach((task) => task());
};
