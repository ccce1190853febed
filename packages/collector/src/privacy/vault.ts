import { NitkaError } from '@nitka/core';
import { open } from 'lmdb';
import { makeFolder } from '../make-folder.ts';
import { createGroupCommit } from '../spool/group-commit.ts';

/** What is known of a pseudonym. */
export type VaultEntry =
  /** It was given out; its value is kept nowhere. */
  | { readonly type: 'seen' }
  /** Its value, sealed. `digest`: only the client's own hash of it is known. */
  | { readonly type: 'sealed' | 'digest'; readonly sealed: Buffer }
  /** The same person has this older one. */
  | { readonly type: 'alias'; readonly of: string };

/** A folder of its own with the table of pseudonyms and the suppression list. Keys of the latter are digests, never identifiers. */
export interface Vault {
  get(pseudonym: string): VaultEntry | null;
  /** Resolves once they are on disk. @throws NitkaError `spool_full` or `internal_error` */
  put(entries: readonly (readonly [string, VaultEntry])[]): Promise<void>;
  remove(pseudonyms: readonly string[]): Promise<void>;
  /** Every entry whose pseudonym begins so. */
  entries(prefix: string): Iterable<readonly [string, VaultEntry]>;
  isSuppressed(digest: string): boolean;
  /** When it was put on the list, milliseconds since 1970. */
  suppress(digests: readonly string[], at: number): Promise<void>;
  lift(digests: readonly string[]): Promise<void>;
  /** Changes with each change of the list, by another process, too. 0: the list is empty and always was. */
  suppressionRevision(): number;
  close(): Promise<void>;
}

const types = ['seen', 'sealed', 'digest', 'alias'] as const;

const encode = (entry: VaultEntry): Buffer => {
  const head = Buffer.from([types.indexOf(entry.type)]);
  if (entry.type === 'seen') return head;
  return Buffer.concat([head, entry.type === 'alias' ? Buffer.from(entry.of) : entry.sealed]);
};

const decode = (bytes: Buffer): VaultEntry => {
  const type = types[bytes[0]!]!;
  if (type === 'seen') return { type };
  // The value lies in the memory map, which the next read may move.
  const rest = Buffer.from(bytes.subarray(1));
  return type === 'alias' ? { type, of: rest.toString() } : { type, sealed: rest };
};

export const openVault = (folder: string): Vault => {
  makeFolder(folder);
  // Why these settings: spool/environment.ts.
  const root = open<unknown, string>({
    path: folder,
    overlappingSync: false,
    eventTurnBatching: false,
    encoding: 'json',
    maxDbs: 4,
  });
  const pseudonyms = root.openDB<Buffer, string>('pseudonyms', { encoding: 'binary' });
  const suppressed = root.openDB<number, string>('suppressed', { encoding: 'json' });
  const meta = root.openDB<number, string>('meta', { encoding: 'json' });
  const group = createGroupCommit(
    async (task) => {
      await root.childTransaction(task);
    },
    (error) => new NitkaError('internal_error', undefined, { cause: error }),
  );
  const revision = (): number => meta.get('revision') ?? 0;

  return {
    get(pseudonym) {
      const found = pseudonyms.get(pseudonym);
      return found ? decode(found) : null;
    },
    async put(entries) {
      await group.submit(() => {
        for (const [pseudonym, entry] of entries) pseudonyms.putSync(pseudonym, encode(entry));
      });
    },
    async remove(keys) {
      await group.submit(() => {
        for (const key of keys) pseudonyms.removeSync(key);
      });
    },
    *entries(prefix) {
      for (const { key, value } of pseudonyms.getRange({ start: prefix, end: `${prefix}\uffff` }))
        yield [key, decode(value)];
    },
    isSuppressed: (digest) => suppressed.doesExist(digest),
    suppress: (digests, at) =>
      group.submit(() => {
        for (const digest of digests) if (!suppressed.doesExist(digest)) suppressed.putSync(digest, at);
        meta.putSync('revision', revision() + 1);
      }),
    lift: (digests) =>
      group.submit(() => {
        for (const digest of digests) suppressed.removeSync(digest);
        meta.putSync('revision', revision() + 1);
      }),
    suppressionRevision: revision,
    async close() {
      await group.idle();
      await root.close();
    },
  };
};
