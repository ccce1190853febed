import type { JsonValue } from '@nitka/core';

/** Parameters that steer the tag, and those that hold a person. */
const left = /^(gtm\.|event$|event_?callback|event_?timeout|send_to|user_?data)|e-?mail|phone|passw|address/i;

/** What of a page's value can be sent: plain data to a depth of five, without functions, elements and persons. */
export const plainCopy = (value: unknown, depth = 0): JsonValue | undefined => {
  if (value === null || /string|number|boolean/.test(typeof value)) return value as JsonValue;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || depth > 5 || 'nodeType' in value || 'window' in value) return;
  if (Array.isArray(value)) return value.slice(0, 200).map((entry) => plainCopy(entry, depth + 1) ?? null);
  if (value instanceof Date) return value.toJSON();
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !left.test(key))
      .map(([key, entry]) => [key, plainCopy(entry, depth + 1)]),
  );
};
