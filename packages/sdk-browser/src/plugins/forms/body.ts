/** Bytes of a body that are looked at: forms are small, uploads are left alone. */
const limit = 100_000;

/** What a body says, as far as it can be read without touching it: text or a promise of text. */
const read = (body: unknown): string | false | Promise<string> => {
  if (ArrayBuffer.isView(body)) return new TextDecoder().decode(body);
  // Told by shape: the body may come from another frame's realm.
  const { size, headers, text, append } = (body ?? '') as Partial<Blob & Request & FormData>;
  if (text) return (!!headers || size! < limit) && (body as Blob).text();
  // FormData and URLSearchParams. A stream has values() too, which would lock it.
  return append ? [...(body as FormData).values()].join() : typeof body === 'string' && body;
};

/** Gives the text of a request: its address and its body. At once where it can be: the page may be gone in a moment. */
export const textOf = ([url, body]: readonly [unknown, unknown], use: (text: string) => void): void => {
  const join = (text: string | false) => use(`${url as string} ${text && text.slice(0, limit)}`);
  const text = read(body);
  if (typeof text === 'object') text.then(join, () => {});
  else join(text);
};

/** Letters and digits alone, and no percent codes: so it matters not how a value is written. */
const bare = (text: string): string => text.toLowerCase().replace(/%[\da-f]{2}|[^a-z\d]/g, '');

/** True if a text holds the phone, with whatever code, or the e-mail. */
export const carries = (text: string, value: string): boolean =>
  bare(text).includes(bare(value).replace(/^\d+(?=\d{10}$)/, ''));
