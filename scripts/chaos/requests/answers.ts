import { errors } from '../../../packages/core/src/errors.ts';
import type { ErrorCode } from '../../../packages/core/src/errors.ts';

export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Cuts answers out of a stream of bytes. */
export interface AnswerReader {
  /**
   * Gives each whole answer to `take`.
   *
   * @param methodOf the method of the request that is answered next: an answer to HEAD has no body
   * @throws Error if it is no HTTP
   */
  read(bytes: Buffer, methodOf: () => string, take: (answer: Answer) => void): void;
}

const endOfHead = Buffer.from('\r\n\r\n');

/** The length of a chunked body and its bytes; null if it is not whole. */
const unchunk = (bytes: Buffer): { body: Buffer; length: number } | null => {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return null;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    const end = line + 2 + size + 2;
    if (bytes.length < end) return null;
    if (size === 0) return { body: Buffer.concat(parts), length: end };
    parts.push(bytes.subarray(line + 2, end - 2));
    at = end;
  }
};

export const createAnswerReader = (): AnswerReader => {
  let rest = Buffer.alloc(0);
  return {
    read(bytes, methodOf, take) {
      rest = rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([rest, bytes]);
      for (;;) {
        const end = rest.indexOf(endOfHead);
        if (end < 0) return;
        const [first = '', ...lines] = rest.toString('latin1', 0, end).split('\r\n');
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]);
        if (!status) throw new Error(`no HTTP: ${first.slice(0, 100)}`);
        const headers = new Map(
          lines.map((line): [string, string] => {
            const colon = line.indexOf(':');
            return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
          }),
        );
        const start = end + endOfHead.length;
        if (status < 200) {
          rest = rest.subarray(start);
          continue;
        }
        const isEmpty = status === 204 || status === 304 || methodOf() === 'HEAD';
        let body = Buffer.alloc(0);
        let length = 0;
        if (!isEmpty && headers.get('transfer-encoding') === 'chunked') {
          const whole = unchunk(rest.subarray(start));
          if (!whole) return;
          ({ body, length } = whole as { body: Buffer<ArrayBuffer>; length: number });
        } else if (!isEmpty) {
          length = Number(headers.get('content-length') ?? 0);
          if (rest.length < start + length) return;
          body = rest.subarray(start, start + length);
        }
        const answer = { status, headers, body: Buffer.from(body) };
        rest = rest.subarray(start + length);
        take(answer);
      }
    },
  };
};

const parse = (body: Buffer): Record<string, unknown> | null => {
  try {
    return JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  } catch {
    return null;
  }
};

const patience = new Set([429, 503]);

/** What an answer has that docs/protocol.md and docs/errors.md do not tell of, or null. */
export const undocumented = ({ status, headers, body }: Answer, method: string): string | null => {
  if (status === 204 || status === 304) return body.length === 0 ? null : `${status} with a body`;
  if (method === 'HEAD') return status < 500 || status === 503 ? null : `${status} to HEAD`;
  const type = headers.get('content-type') ?? '';
  if (status === 200) {
    if (!type.startsWith('application/json')) return null;
    const reply = parse(body);
    if (!reply) return `200 with a body that is no JSON: ${body.toString('latin1', 0, 100)}`;
    const rejected = reply['rejected'] as { code: ErrorCode }[] | undefined;
    const strange = (rejected ?? []).find(({ code }) => errors[code]?.status !== null);
    return strange ? `a verdict that no table has: ${JSON.stringify(strange)}` : null;
  }
  // What Node answers by itself (docs/durability-proof.md).
  if ((status === 400 || status === 417) && body.length === 0) return null;
  const reply = parse(body);
  const code = String(reply?.['code']);
  if (status === 503 && type.startsWith('application/json') && 'ready' in (reply ?? {})) return null;
  if (reply?.['success'] !== false || typeof reply['message'] !== 'string' || !Object.hasOwn(errors, code))
    return `${status} without a code: ${body.toString('latin1', 0, 200)}`;
  if (errors[code as ErrorCode].status !== status) return `${status} with ${code}`;
  if (status >= 500 && status !== 503) return `${status} ${code}`;
  if (patience.has(status) && !/^\d+$/.test(headers.get('retry-after') ?? ''))
    return `${status} without Retry-After`;
  return null;
};
