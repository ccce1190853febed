import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { NitkaError } from '@nitka/core';

/** Seals values with AES-256-GCM, and opens what it or one of the keys before it sealed. */
export interface Seal {
  /** `bound` is text that the value belongs to: moved to another entry it cannot be opened. */
  close(value: string, bound: string): Buffer;
  /** @throws NitkaError `vault_key_wrong` */
  open(sealed: Buffer, bound: string): string;
  /** True if it is under the first key. */
  isCurrent(sealed: Buffer): boolean;
}

const idBytes = 4;
const nonceBytes = 12;
const tagBytes = 16;

const parseKey = (text: string): Buffer | null => {
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  return key.length === 32 ? key : null;
};

export const newVaultKey = (): string => randomBytes(32).toString('base64');

/** @param text keys of 32 bytes in base64 or hex, the current one first, separated by spaces or lines */
export const createSeal = (text: string, place: string): Seal => {
  const keys = text
    .trim()
    .split(/[\s,]+/)
    .map((each) => {
      const key = parseKey(each);
      if (!key) throw new NitkaError('vault_key_invalid', place);
      return { id: createHash('sha256').update(key).digest().subarray(0, idBytes), key };
    });
  const first = keys[0]!;

  return {
    close(value, bound) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', first.key, nonce).setAAD(Buffer.from(bound));
      const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
      return Buffer.concat([first.id, nonce, cipher.getAuthTag(), sealed]);
    },
    open(sealed, bound) {
      const found = keys.find(({ id }) => id.equals(sealed.subarray(0, idBytes)));
      if (!found) throw new NitkaError('vault_key_wrong');
      const nonce = sealed.subarray(idBytes, idBytes + nonceBytes);
      const tag = sealed.subarray(idBytes + nonceBytes, idBytes + nonceBytes + tagBytes);
      const decipher = createDecipheriv('aes-256-gcm', found.key, nonce).setAAD(Buffer.from(bound));
      decipher.setAuthTag(tag);
      try {
        const rest = sealed.subarray(idBytes + nonceBytes + tagBytes);
        return decipher.update(rest, undefined, 'utf8') + decipher.final('utf8');
      } catch (error) {
        throw new NitkaError('vault_key_wrong', undefined, { cause: error });
      }
    },
    isCurrent: (sealed) => first.id.equals(sealed.subarray(0, idBytes)),
  };
};

export interface VaultKeyPlaces {
  readonly vaultKeyFile: string | null;
  readonly vaultKeyVariable: string;
}

/** The seal of the config's vault key, or null where neither the file nor the variable is there. @throws NitkaError `vault_key_invalid` */
export const readSeal = (
  { vaultKeyFile, vaultKeyVariable }: VaultKeyPlaces,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Seal | null => {
  if (vaultKeyFile === null) {
    const text = environment[vaultKeyVariable];
    return text ? createSeal(text, vaultKeyVariable) : null;
  }
  try {
    return createSeal(readFileSync(vaultKeyFile, 'utf8'), vaultKeyFile);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};
