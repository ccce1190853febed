import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { NitkaError } from '@nitka/core';
import { makeFolder } from '../make-folder.ts';

/** `active` makes pseudonyms, `lookup` only recognises those it made, of `retired` the secret is gone. */
export type KeyState = 'active' | 'lookup' | 'retired';

export interface Key {
  readonly id: string;
  readonly state: KeyState;
  readonly createdAt: string;
  /** 32 bytes, base64; null once it is retired. */
  readonly secret: string | null;
}

export interface KeyringFile {
  readonly version: 1;
  readonly keys: readonly Key[];
  /** Of the suppression list. Never changes: what is on the list cannot be computed anew. */
  readonly suppression: string;
}

const secret = (): string => randomBytes(32).toString('base64');

const check = (path: string, text: string): KeyringFile => {
  let file: KeyringFile;
  try {
    file = JSON.parse(text) as KeyringFile;
  } catch {
    throw new NitkaError('keys_invalid', `${path} is not JSON`);
  }
  const whole = (value: unknown): boolean =>
    typeof value === 'string' && Buffer.from(value, 'base64').length === 32;
  const fine =
    file?.version === 1 &&
    Array.isArray(file.keys) &&
    whole(file.suppression) &&
    file.keys.every(
      ({ id, state, secret: value }) =>
        /^k\d{1,6}$/.test(id) && (state === 'retired' ? value === null : whole(value)),
    ) &&
    file.keys.filter(({ state }) => state === 'active').length === 1;
  if (!fine) throw new NitkaError('keys_invalid', path);
  return file;
};

/** The keys of the file, or null if there is none. @throws NitkaError `keys_invalid` */
export const readKeyring = (path: string): KeyringFile | null => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new NitkaError('keys_invalid', path, { cause: error });
  }
  return check(path, text);
};

const syncFolder = (folder: string): void => {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
};

/** The whole file or the old one, after a power cut, too; readable by its owner alone. */
export const writeSecretFile = (path: string, text: string): void => {
  makeFolder(dirname(path));
  const aside = `${path}.${process.pid}.new`;
  const handle = openSync(aside, 'w', 0o600);
  writeSync(handle, text);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(aside, path);
  syncFolder(dirname(path));
};

export const writeKeyring = (path: string, file: KeyringFile): void =>
  writeSecretFile(path, `${JSON.stringify(file, null, 2)}\n`);

export const newKeyring = (now: string): KeyringFile => ({
  version: 1,
  keys: [{ id: 'k1', state: 'active', createdAt: now, secret: secret() }],
  suppression: secret(),
});

/** With a new active key; the one before it goes on recognising what it made. */
export const rotated = (file: KeyringFile, now: string): KeyringFile => ({
  ...file,
  keys: [
    { id: `k${file.keys.length + 1}`, state: 'active', createdAt: now, secret: secret() },
    ...file.keys.map((key): Key => (key.state === 'active' ? { ...key, state: 'lookup' } : key)),
  ],
});

/** Without the secret of a key. @throws NitkaError `key_unknown` if it is the active one, or none */
export const retired = (file: KeyringFile, id: string): KeyringFile => {
  const found = file.keys.find((key) => key.id === id);
  if (found?.state !== 'lookup') throw new NitkaError('key_unknown', id);
  return {
    ...file,
    keys: file.keys.map((key): Key => (key === found ? { ...key, state: 'retired', secret: null } : key)),
  };
};

export interface Keyring {
  /** The live keys, the active one first. */
  keys(): readonly { readonly id: string; mac(text: string): string }[];
  /** Of the suppression list. */
  suppress(text: string): string;
  file(): KeyringFile;
}

/** How long a change of the file by another process may go unnoticed, milliseconds. */
const lookEvery = 1000;

export interface KeyringWatch {
  /** Null as long as there is no file. */
  current(): Keyring | null;
  /** Looks at the file now. */
  refresh(): Keyring | null;
}

/** The keys of a file, read again when it changes. Its methods throw NitkaError `keys_invalid`. */
export const watchKeyring = (path: string, now: () => number): KeyringWatch => {
  let looked = -Infinity;
  let stamp = '';
  let current: Keyring | null = null;

  const open = (file: KeyringFile): Keyring => {
    const live = file.keys.filter((key) => key.state !== 'retired');
    const ordered = [...live].sort((a, b) => Number(b.state === 'active') - Number(a.state === 'active'));
    const mac = (key: Buffer, text: string): string =>
      createHmac('sha256', key).update(text).digest('base64url');
    const keys = ordered.map(({ id, secret: text }) => {
      const key = Buffer.from(text!, 'base64');
      return { id, mac: (value: string) => mac(key, value) };
    });
    const suppression = Buffer.from(file.suppression, 'base64');
    return { keys: () => keys, suppress: (text) => mac(suppression, text), file: () => file };
  };

  const refresh = (): Keyring | null => {
    looked = now();
    const found = statSync(path, { throwIfNoEntry: false });
    const seen = found ? `${found.ino} ${found.mtimeMs} ${found.size}` : '';
    if (seen === stamp) return current;
    const file = readKeyring(path);
    current = file && open(file);
    stamp = seen;
    return current;
  };

  return { current: () => (now() - looked < lookEvery ? current : refresh()), refresh };
};
