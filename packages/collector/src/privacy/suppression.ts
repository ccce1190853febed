import type { Keyring } from './keyring.ts';
import { digestOf } from './pseudonyms.ts';
import type { PersonalKind } from './personal-text.ts';
import type { Vault } from './vault.ts';

export type SubjectKind = 'phone' | 'email' | 'visitor' | 'user';

/** Who was forgotten and must not be collected again, by keyed digests: the list tells nobody who is on it. */
export interface Suppression {
  /** True if nobody ever was forgotten: then nothing has to be asked. */
  isEmpty(): boolean;
  has(kind: SubjectKind | PersonalKind, value: string, hashed?: boolean): boolean;
  /** As it stands on the list. Only with keys. */
  digest(kind: SubjectKind, value: string): string;
  add(kind: SubjectKind, value: string, at: number): Promise<void>;
  lift(kind: SubjectKind, value: string): Promise<void>;
}

export interface SuppressionParts {
  readonly keyring: () => Keyring | null;
  readonly vault: Pick<Vault, 'isSuppressed' | 'suppress' | 'lift' | 'suppressionRevision'>;
}

const remembered = 50_000;

const personalKind = (kind: SubjectKind | PersonalKind): PersonalKind =>
  kind === 'phone' || kind === 'email' ? kind : 'other';

export const createSuppression = ({ keyring, vault }: SuppressionParts): Suppression => {
  let answers = new Map<string, boolean>();
  let revision = -1;

  const textOf = (kind: SubjectKind | PersonalKind, value: string, hashed: boolean): string =>
    `${kind}\0${digestOf({ kind: personalKind(kind), value, hashed })}`;

  const digest = (kind: SubjectKind, value: string): string =>
    keyring()!.suppress(textOf(kind, value, false));

  return {
    isEmpty: () => vault.suppressionRevision() === 0,
    has(kind, value, hashed = false) {
      const current = vault.suppressionRevision();
      if (current === 0) return false;
      if (current !== revision || answers.size > remembered) {
        revision = current;
        answers = new Map();
      }
      const name = `${kind}${hashed ? '#' : ' '}${value}`;
      const before = answers.get(name);
      if (before !== undefined) return before;
      const keys = keyring();
      if (keys === null) return false;
      const found = vault.isSuppressed(keys.suppress(textOf(kind, value, hashed)));
      answers.set(name, found);
      return found;
    },
    digest,
    async add(kind, value, at) {
      await vault.suppress([digest(kind, value)], at);
    },
    async lift(kind, value) {
      await vault.lift([digest(kind, value)]);
    },
  };
};
