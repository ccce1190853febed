import { errors, NitkaError } from '@nitka/core';
import type { ErrorCode } from '@nitka/core';

export interface ErrorBody {
  readonly success: false;
  readonly code: ErrorCode;
  readonly message: string;
}

export const errorBody = (code: ErrorCode): ErrorBody => ({
  success: false,
  code,
  message: errors[code].text,
});

export const statusOf = (code: ErrorCode): number => errors[code].status ?? 500;

/**
 * Refused until a limit counts anew. Told exactly, since clients try a fixed number of times: RudderStack's for Ruby ten times after
 * the wait it is told, which has to reach beyond the minute.
 */
export class RateLimitError extends NitkaError {
  /** What is left of the minute. */
  readonly seconds: number;

  constructor(milliseconds: number) {
    super('rate_limited');
    this.seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  }
}

/** Codes that ask for patience get a Retry-After, in seconds. Clients of Segment cap it at 300. */
export const retryAfterSeconds = (code: ErrorCode, error: unknown): number | null => {
  if (error instanceof RateLimitError) return error.seconds;
  if (code === 'rate_limited' || code === 'shutting_down') return 5;
  if (code === 'overloaded' || code === 'spool_unavailable') return 2;
  if (code === 'spool_full') return 30;
  return null;
};

/** What Fastify says about a request, in words of the table. */
const codeOfFastify: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'malformed_json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_json',
};

const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'malformed_json',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'body_too_large',
  415: 'malformed_json',
  429: 'rate_limited',
  431: 'headers_too_large',
  503: 'overloaded',
};

/** The code of anything that was thrown while a request was served. */
export const codeOf = (error: unknown): ErrorCode => {
  if (error instanceof NitkaError) return errors[error.code].status === null ? 'internal_error' : error.code;
  const { code, statusCode } = (error ?? {}) as { code?: string; statusCode?: number };
  return codeOfFastify[code ?? ''] ?? codeOfStatus[statusCode ?? 500] ?? 'internal_error';
};
