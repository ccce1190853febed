import { attempt } from './attempt.ts';

/**
 * A UUIDv7 (RFC 9562 §5.7). The `uuid` package makes the same from 0.7 KB, a tenth of what this bundle may weigh; a
 * test holds both to one format.
 */
export const uuidV7 = (): string => {
  const time = Date.now().toString(16).padStart(12, '0');
  // A page may have put something else under the name.
  const random = attempt(() => crypto.getRandomValues(new Uint8Array(36)));
  // The variant digit is one of 8, 9, a, b: always 8, which leaves 72 random bits within a millisecond.
  return `${time.slice(0, 8)}-${time.slice(8)}-7xxx-8xxx-xxxxxxxxxxxx`.replace(/x/g, (_x, i: number) =>
    ((random?.[i] ?? Math.random() * 16) & 15).toString(16),
  );
};
