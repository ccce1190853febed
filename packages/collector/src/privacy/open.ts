import { join } from 'node:path';
import { NitkaError } from '@nitka/core';
import type { CollectorConfig } from '../config.ts';
import { createGuard } from './guard.ts';
import type { Guard } from './guard.ts';
import { newKeyring, watchKeyring, writeKeyring } from './keyring.ts';
import type { KeyringWatch } from './keyring.ts';
import { createPseudonyms } from './pseudonyms.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { createSuppression } from './suppression.ts';
import type { Suppression } from './suppression.ts';
import { openVault } from './vault.ts';
import type { Vault } from './vault.ts';
import { readSeal } from './vault-key.ts';
import type { Seal } from './vault-key.ts';

export type PrivacyConfig = Pick<CollectorConfig, 'dataDir' | 'privacy' | 'sources'>;

export interface Privacy {
  readonly guard: Guard;
  readonly keys: KeyringWatch;
  readonly keysFile: string;
  readonly vault: Vault;
  /** Null where the config names no key of the vault that is there. */
  readonly seal: Seal | null;
  readonly suppression: Suppression;
  readonly pseudonyms: Pseudonyms;
  /** Makes a keyring where there is none: forgetting needs one, whatever the policy is. */
  ensureKeys(now: number): void;
  close(): Promise<void>;
}

export const keysFileOf = ({ dataDir, privacy }: PrivacyConfig): string =>
  privacy.keysFile ?? join(dataDir, 'keys.json');

export const vaultPathOf = ({ dataDir, privacy }: PrivacyConfig): string =>
  privacy.vaultPath ?? join(dataDir, 'vault');

interface PolicyKeys {
  readonly keysFile: string;
  readonly keys: KeyringWatch;
  readonly seal: Seal | null;
}

/**
 * The keys that the policies of the config need.
 *
 * @throws NitkaError `keys_missing`, `keys_invalid`, `vault_key_missing` or `vault_key_invalid`
 */
export const policyKeys = (config: PrivacyConfig, now: () => number): PolicyKeys => {
  const { privacy, sources } = config;
  const keysFile = keysFileOf(config);
  const keys = watchKeyring(keysFile, now);
  const policies = new Set([privacy.identifiers, ...sources.map(({ identifiers }) => identifiers)]);
  if ((policies.has('token') || policies.has('hash')) && !keys.refresh())
    throw new NitkaError('keys_missing', keysFile);
  const seal = readSeal(privacy);
  if (policies.has('token') && !seal) throw new NitkaError('vault_key_missing');
  return { keysFile, keys, seal };
};

/** @throws NitkaError as {@link policyKeys} */
export const openPrivacy = (config: PrivacyConfig, now: () => number): Privacy => {
  const { privacy } = config;
  const { keysFile, keys, seal } = policyKeys(config, now);
  const vault = openVault(vaultPathOf(config));
  const keyring = keys.current;
  const pseudonyms = createPseudonyms({ keyring, vault, seal });
  // Another process may just have made the keys, with the first entry of the list.
  const suppression = createSuppression({ keyring: () => keyring() ?? keys.refresh(), vault });
  return {
    guard: createGuard({ ...privacy, pseudonyms, suppression }),
    keys,
    keysFile,
    vault,
    seal,
    suppression,
    pseudonyms,
    ensureKeys(at) {
      if (keys.refresh()) return;
      writeKeyring(keysFile, newKeyring(new Date(at).toISOString()));
      keys.refresh();
    },
    close: () => vault.close(),
  };
};
