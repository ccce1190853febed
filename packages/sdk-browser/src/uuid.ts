const bytes = new Uint8Array(10);

/**
 * A UUIDv7 (RFC 9562 §5.7). The `uuid` package makes the same from 0.7 KB, a tenth of what this bundle may weigh; a
 * test holds both to one format.
 */
export const uuidV7 = (): string => {
  const time = Date.now().toString(16).padStart(12, '0');
  const random = Array.from(crypto.getRandomValues(bytes), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
  const variant = '89ab'[bytes[2]! & 3]!;
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(5, 8)}-${random.slice(8)}`;
};
