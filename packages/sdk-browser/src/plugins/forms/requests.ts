import type { PluginHost } from '../../plugin.ts';
import { patch } from '../parts/patch.ts';

/** The type says that a Request carries text. */
const isTextual = ({ headers }: Request): boolean =>
  /json|urlenc|text/.test(headers.get('content-type') ?? '');

/** A Request is read once, which is for the page to do: of what is text, a copy. */
const kept = (body: unknown): unknown => {
  // Told by shape: the body may come from another frame's realm.
  const { headers } = (body ?? '') as Partial<Request>;
  return headers ? isTextual(body as Request) && (body as Request).clone() : body;
};

/**
 * Tells the requests that the page's scripts send: address and body.
 *
 * @param isAwaited whether a request is looked at
 */
export const watchRequests = (
  host: PluginHost,
  isAwaited: () => boolean,
  seen: (url: unknown, body: unknown) => void,
): (() => void) => {
  const look = (url: unknown, body?: unknown): void => {
    if (isAwaited()) seen(url, kept(body));
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
