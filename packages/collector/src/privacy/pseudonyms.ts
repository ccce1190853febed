import { createHash } from 'node:crypto';
import { NitkaError } from '@nitka/core';
import type { Keyring } from './keyring.ts';
import type { PersonalKind } from './personal-text.ts';
import type { Vault, VaultEntry } from './vault.ts';
import type { Seal } from './vault-key.ts';

/** What is done with identifiers before anything is written. */
export type IdentifierPolicy = 'plain' | 'token' | 'hash';
export type PseudonymPolicy = Exclude<IdentifierPolicy, 'plain'>;

/** `token:k1:…`, `hash:k1:…`: policy, key, HMAC-SHA-256 in base64url. */
export const pseudonymShape = /^(?:token|hash):k\d{1,6}:[A-Za-z0-9_-]{43}$/;

export interface PersonalValue {
  readonly kind: PersonalKind;
  /** Normalised; for `hashed` the client's own SHA-256 of that, in hex. */
  readonly value: string;
  readonly hashed: boolean;
}

/** A phone has one digest, whether it came plain or as its SHA-256: so both get the same pseudonym. */
export const digestOf = ({ value, hashed }: PersonalValue): string =>
  hashed ? value.toLowerCase() : createHash('sha256').update(value).digest('hex');

const macText = (policy: PseudonymPolicy, kind: PersonalKind, digest: string): string =>
  `${policy}\0${kind}\0${digest}`;

/** The pseudonym that a key makes of a value. */
export const pseudonymUnder = (
  key: { readonly id: string; mac(text: string): string },
  policy: PseudonymPolicy,
  personal: PersonalValue,
): string => `${policy}:${key.id}:${key.mac(macText(policy, personal.kind, digestOf(personal)))}`;

/** Every pseudonym that the value has or had under the live keys. */
export const pseudonymsOf = (keyring: Keyring, vault: Vault, personal: PersonalValue): string[] => {
  const found = new Set<string>();
  for (const policy of ['token', 'hash'] as const) {
    for (const key of keyring.keys()) {
      const own = pseudonymUnder(key, policy, personal);
      const entry = vault.get(own);
      found.add(own);
      if (entry?.type === 'alias') found.add(entry.of);
    }
  }
  return [...found];
};

/** Pseudonyms of one request: what is new among them is written by `settle`, before the events are. */
export interface PseudonymSession {
  of(policy: PseudonymPolicy, personal: PersonalValue): string;
  /** Null if there are none. */
  settle(): Promise<void> | null;
}

export interface Pseudonyms {
  session(): PseudonymSession;
  /** The value is to be found in no memory of this process any more. */
  forget(): void;
}

export interface PseudonymParts {
  readonly keyring: () => Keyring | null;
  readonly vault: Vault;
  /** Needed by `token`. */
  readonly seal: Seal | null;
}

/** Pseudonyms that are remembered, so that a visitor's next event costs no HMAC. */
const remembered = 20_000;

/**
 * The same value has the same pseudonym for ever: it is computed, not drawn. After a rotation the keys before the active one are asked,
 * too: whoever has a pseudonym by one of them keeps it, and an alias under the active key says so from then on.
 */
export const createPseudonyms = ({ keyring, vault, seal }: PseudonymParts): Pseudonyms => {
  let known = new Map<string, string>();
  let knownBy: Keyring | null = null;

  const sealed = (own: string, { kind, value, hashed }: PersonalValue): VaultEntry => {
    if (!seal) throw new NitkaError('vault_key_missing');
    return { type: hashed ? 'digest' : 'sealed', sealed: seal.close(JSON.stringify([kind, value]), own) };
  };

  const find = (
    keys: Keyring,
    policy: PseudonymPolicy,
    personal: PersonalValue,
    fresh: Map<string, VaultEntry>,
  ): string => {
    const text = macText(policy, personal.kind, digestOf(personal));
    const [active, ...older] = keys.keys();
    const own = `${policy}:${active!.id}:${active!.mac(text)}`;
    const entry = fresh.get(own) ?? vault.get(own);
    // A client that hashed came first; now the value itself is known.
    if (entry?.type === 'digest' && !personal.hashed) fresh.set(own, sealed(own, personal));
    if (entry) return entry.type === 'alias' ? entry.of : own;
    for (const key of older) {
      const former = `${policy}:${key.id}:${key.mac(text)}`;
      const found = vault.get(former);
      if (!found) continue;
      const of = found.type === 'alias' ? found.of : former;
      fresh.set(own, { type: 'alias', of });
      return of;
    }
    fresh.set(own, policy === 'token' ? sealed(own, personal) : { type: 'seen' });
    return own;
  };

  return {
    forget() {
      known = new Map();
    },
    session() {
      const fresh = new Map<string, VaultEntry>();
      const found = new Map<string, string>();
      return {
        of(policy, personal) {
          const keys = keyring();
          if (!keys) throw new NitkaError('keys_missing');
          if (keys !== knownBy) {
            knownBy = keys;
            known = new Map();
          }
          const name = `${policy}${personal.kind}${personal.hashed ? '#' : ' '}${personal.value}`;
          const before = known.get(name) ?? found.get(name);
          if (before !== undefined) return before;
          const pseudonym = find(keys, policy, personal, fresh);
          found.set(name, pseudonym);
          return pseudonym;
        },
        settle() {
          if (found.size === 0) return null;
          // Not before: another request must not rely on what may never reach the disk.
          return Promise.resolve(fresh.size > 0 ? vault.put([...fresh]) : undefined).then(() => {
            if (known.size + found.size > remembered) known = new Map();
            for (const [name, pseudonym] of found) known.set(name, pseudonym);
          });
        },
      };
    },
  };
};
