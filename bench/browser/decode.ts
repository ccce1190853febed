import type { IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A request body as it came. */
export interface Posted {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/** A field of something that may not be an object. */
export const field = (value: Json | undefined, ...names: string[]): Json | undefined => {
  let found: Json | undefined = value;
  for (const name of names) {
    if (found === null || typeof found !== 'object' || Array.isArray(found)) return undefined;
    found = found[name];
  }
  return found;
};

export const text = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

export const list = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

const parse = (source: string): Json | undefined => {
  try {
    return JSON.parse(source) as Json;
  } catch {
    return undefined;
  }
};

/** JSON, or JSON in base64 of either alphabet. */
export const fromText = (source: string): Json | undefined =>
  parse(source) ?? parse(Buffer.from(source, 'base64').toString('utf8'));

/**
 * The JSON in a body, however it is wrapped: gzip (announced or not), form data with a `data` field, base64.
 * Undefined if there is none.
 */
export const decodeBody = ({ body, query }: Pick<Posted, 'body' | 'query'>): Json | undefined => {
  const plain = body[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body) : body;
  const source = plain.toString('utf8');
  if (source.startsWith('data=')) return fromText(new URLSearchParams(source).get('data') ?? '');
  if (source === '') return fromText(query.get('data') ?? '');
  return fromText(source);
};
