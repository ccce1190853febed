import { existsSync } from 'node:fs';
import { NitkaError } from '@nitka/core';
import { audit } from './audit.ts';
import {
  newKeyring,
  readKeyring,
  retired,
  rotated,
  watchKeyring,
  writeKeyring,
  writeSecretFile,
} from './keyring.ts';
import type { KeyState, KeyringFile } from './keyring.ts';
import { keysFileOf, vaultPathOf } from './open.ts';
import type { PrivacyConfig } from './open.ts';
import type { PersonalKind } from './personal-text.ts';
import { pseudonymShape, pseudonymUnder } from './pseudonyms.ts';
import { openVault } from './vault.ts';
import type { Vault, VaultEntry } from './vault.ts';
import { newVaultKey, readSeal } from './vault-key.ts';
import type { Seal } from './vault-key.ts';

export interface KeyLine {
  readonly id: string;
  readonly state: KeyState;
  readonly createdAt: string;
  /** Values in the vault whose token this key made. */
  readonly tokens: number;
  /** Hashes that this key made. */
  readonly hashes: number;
}

export interface Keys {
  list(): KeyLine[];
  /** @throws NitkaError `keys_exist` */
  create(): { readonly key: string; readonly vaultKeyFile: string | null };
  rotate(): { readonly key: string };
  /** @throws NitkaError `key_unknown`, `key_in_use`, `vault_key_missing` or `vault_key_wrong` */
  retire(id: string, force: boolean): Promise<{ readonly carried: number; readonly cut: number }>;
  /** Seals everything with the first key of the vault's keys. @throws NitkaError `vault_key_missing` or `vault_key_wrong` */
  reseal(): Promise<{ readonly sealed: number }>;
  /** @throws NitkaError `token_unknown`, `vault_key_missing` or `vault_key_wrong` */
  resolve(
    token: string,
    reason: string,
  ): { readonly kind: string; readonly value: string; readonly hashed: boolean };
  close(): Promise<void>;
}

/** Entries that one transaction changes. */
const atOnce = 1000;

const inPortions = async (
  vault: Vault,
  entries: Iterable<readonly [string, VaultEntry]>,
  change: (pseudonym: string, entry: VaultEntry) => readonly [string, VaultEntry] | null,
): Promise<number> => {
  const changes: (readonly [string, VaultEntry])[] = [];
  for (const [pseudonym, entry] of entries) {
    const changed = change(pseudonym, entry);
    if (changed) changes.push(changed);
  }
  for (let at = 0; at < changes.length; at += atOnce) await vault.put(changes.slice(at, at + atOnce));
  return changes.length;
};

/** The keys of a config, whether a collector runs or not: it notices a change of the file within a second. */
export const openKeys = (config: PrivacyConfig, now: () => number): Keys => {
  const path = keysFileOf(config);
  const { dataDir, privacy } = config;
  let opened: Vault | null = null;
  const vault = (): Vault => (opened ??= openVault(vaultPathOf(config)));
  const time = (): string => new Date(now()).toISOString();
  const file = (): KeyringFile => {
    const found = readKeyring(path);
    if (!found) throw new NitkaError('keys_missing', path);
    return found;
  };
  const seal = (): Seal => {
    const found = readSeal(privacy);
    if (!found) throw new NitkaError('vault_key_missing');
    return found;
  };
  const open = (pseudonym: string, sealed: Buffer): [PersonalKind, string] =>
    JSON.parse(seal().open(sealed, pseudonym)) as [PersonalKind, string];
  const count = (prefix: string, types: readonly VaultEntry['type'][]): number => {
    let found = 0;
    for (const [, { type }] of vault().entries(prefix)) if (types.includes(type)) found += 1;
    return found;
  };

  return {
    list: () =>
      file().keys.map(({ id, state, createdAt }) => ({
        id,
        state,
        createdAt,
        tokens: count(`token:${id}:`, ['sealed', 'digest']),
        hashes: count(`hash:${id}:`, ['seen']),
      })),
    create() {
      if (readKeyring(path)?.keys.length) throw new NitkaError('keys_exist', path);
      const { vaultKeyFile } = privacy;
      const makes = vaultKeyFile !== null && !existsSync(vaultKeyFile);
      if (makes) writeSecretFile(vaultKeyFile, `${newVaultKey()}\n`);
      writeKeyring(path, newKeyring(time()));
      audit(dataDir, now(), { action: 'keys', what: 'create', key: 'k1' });
      return { key: 'k1', vaultKeyFile: makes ? vaultKeyFile : null };
    },
    rotate() {
      const next = rotated(file(), time());
      writeKeyring(path, next);
      audit(dataDir, now(), { action: 'keys', what: 'rotate', key: next.keys[0]!.id });
      return { key: next.keys[0]!.id };
    },
    async retire(id, force) {
      const next = retired(file(), id);
      const active = watchKeyring(path, now).refresh()!.keys()[0]!;
      // Who has a token of this key keeps it: the active key learns to recognise him from the vault.
      const carried = await inPortions(vault(), vault().entries(`token:${id}:`), (pseudonym, entry) => {
        if (entry.type === 'seen') return null;
        const of = entry.type === 'alias' ? entry.of : pseudonym;
        const target = entry.type === 'alias' ? vault().get(of) : entry;
        if (target?.type !== 'sealed' && target?.type !== 'digest') return null;
        const [kind, value] = open(of, target.sealed);
        const personal = { kind, value, hashed: target.type === 'digest' };
        return [pseudonymUnder(active, 'token', personal), { type: 'alias', of }] as const;
      });
      // Of a hash nothing is known: only those who have come again since the rotation are recognised.
      const known = new Set<string>();
      for (const [, entry] of vault().entries(`hash:${active.id}:`))
        if (entry.type === 'alias') known.add(entry.of);
      let cut = 0;
      for (const [pseudonym, entry] of vault().entries(`hash:${id}:`)) {
        if (!known.has(entry.type === 'alias' ? entry.of : pseudonym)) cut += 1;
      }
      if (cut > 0 && !force) throw new NitkaError('key_in_use', `${cut} hashes`);
      writeKeyring(path, next);
      audit(dataDir, now(), { action: 'keys', what: 'retire', key: id, carried, cut });
      return { carried, cut };
    },
    async reseal() {
      const current = seal();
      const sealed = await inPortions(vault(), vault().entries('token:'), (pseudonym, entry) =>
        (entry.type === 'sealed' || entry.type === 'digest') && !current.isCurrent(entry.sealed)
          ? ([
              pseudonym,
              { ...entry, sealed: current.close(current.open(entry.sealed, pseudonym), pseudonym) },
            ] as const)
          : null,
      );
      audit(dataDir, now(), { action: 'keys', what: 'reseal', sealed });
      return { sealed };
    },
    resolve(token, reason) {
      const entry = pseudonymShape.test(token) ? vault().get(token) : null;
      if (entry?.type !== 'sealed' && entry?.type !== 'digest') {
        audit(dataDir, now(), {
          action: 'resolve',
          token: pseudonymShape.test(token) ? token : null,
          found: false,
          reason,
        });
        throw new NitkaError('token_unknown');
      }
      const [kind, value] = open(token, entry.sealed);
      audit(dataDir, now(), { action: 'resolve', token, found: true, reason });
      return { kind, value, hashed: entry.type === 'digest' };
    },
    async close() {
      await opened?.close();
    },
  };
};
