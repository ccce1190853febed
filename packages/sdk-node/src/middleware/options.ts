import { NitkaError } from '@nitka/core';
import type { VisitorOptions } from './visitor.ts';

/** Names that a cookie may have: RFC 9110 §5.6.2. */
const token = /^[!#$%&'*+\-.^_`|~\w]+$/;

const names = ['cookieName', 'scriptCookieName', 'sessionCookieName'] as const;

const invalid = (detail: string): never => {
  throw new NitkaError('invalid_option', detail);
};

/** A wrong option is said at the start, not by an answer that breaks. @throws NitkaError `invalid_option` */
export const checkVisitorOptions = (options: VisitorOptions): void => {
  for (const name of names) {
    if (!token.test(options[name] ?? 'ok')) invalid(`${name} must be the name of a cookie`);
  }
  const { maxAgeDays = 400, domain = 'ok', consent } = options;
  if (!(maxAgeDays > 0 && maxAgeDays <= 400)) invalid('maxAgeDays must be a number of days up to 400');
  if (!/^[\w.-]+$/.test(domain)) invalid('domain must be the name of a host');
  if (consent !== undefined && typeof consent !== 'function') invalid('consent must be a function');
};
