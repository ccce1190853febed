import { NitkaError } from '@nitka/core';
import { v5 } from 'uuid';

/** Never changes: ids made from it are stored for ever. */
const namespace = '9f836528-6179-4701-90e5-815e9e5f3b52';

/**
 * The messageId of a business fact, the same for ever and from every program, so that sending it again adds nothing.
 * Numbers count as their decimal text. A part may hold any characters: parts are joined without ambiguity.
 *
 * @param kind what it is: `receipt`, `refund`, `call` …
 * @param key what makes it unique among its kind
 * @returns a UUIDv5 (RFC 9562 §5.5)
 * @throws NitkaError `invalid_call` if there is no key, or a part is empty or no text
 * @example messageIdFrom('receipt', 'shop-17', 'till-2', 48121)
 */
export const messageIdFrom = (kind: string, ...key: readonly (string | number | bigint)[]): string => {
  const parts = [kind, ...key].map((part, index) => {
    const text = typeof part === 'number' && !Number.isSafeInteger(part) ? '' : String(part ?? '');
    if (text.trim() === '' || typeof part === 'object') {
      throw new NitkaError('invalid_call', `messageIdFrom: part ${index} is empty or no text`);
    }
    return text.normalize('NFC');
  });
  if (parts.length < 2) throw new NitkaError('invalid_call', 'messageIdFrom needs a kind and a key');
  // A JSON array of strings is unambiguous, and any language can make the same bytes.
  return v5(JSON.stringify(parts), namespace);
};

let lastTime = 0;
let lastPrefix = '';

/** A new UUIDv7 (RFC 9562 §5.7) made of a random UUID: ten times as fast as the `uuid` package's. */
export const newMessageId = (now: number, randomUuid: () => string): string => {
  if (now !== lastTime) {
    const hex = Math.max(0, now).toString(16).padStart(12, '0');
    lastPrefix = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7`;
    lastTime = now;
  }
  return lastPrefix + randomUuid().slice(15);
};
