import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseConfig } from '../../src/config-file.ts';
import { openKeys } from '../../src/privacy/keys.ts';
import type { Keys } from '../../src/privacy/keys.ts';
import { openPrivacy } from '../../src/privacy/open.ts';
import type { PersonalKind } from '../../src/privacy/personal-text.ts';
import { newVaultKey } from '../../src/privacy/vault-key.ts';
import { temporaryFolder, testSources } from '../support/collector.ts';

afterEach(() => void vi.unstubAllEnvs());

const phone = '+79995551111';

/** A data folder without a collector. Each look at it is a process of its own: nothing is remembered in between. */
const makeFolder = () => {
  const folder = temporaryFolder();
  const vaultKeyFile = join(folder, 'vault.key');
  const config = parseConfig(
    { dataDir: '.', sources: testSources, privacy: { identifiers: 'token', vaultKeyFile } },
    folder,
  );
  const opened: Keys[] = [];
  onTestFinished(async () => {
    for (const keys of opened) await keys.close();
  });
  return {
    folder,
    vaultKeyFile,
    keys: (): Keys => {
      const keys = openKeys(config, () => 1_700_000_000_000);
      opened.push(keys);
      return keys;
    },
    async pseudonym(policy: 'token' | 'hash', value: string, kind: PersonalKind = 'phone', hashed = false) {
      const privacy = openPrivacy(config, Date.now);
      const session = privacy.pseudonyms.session();
      const found = session.of(policy, { kind, value, hashed });
      await session.settle();
      await privacy.close();
      return found;
    },
  };
};

describe('keys', () => {
  it('are made once, readable by their owner alone', () => {
    const { keys, folder, vaultKeyFile } = makeFolder();
    expect(keys().create()).toEqual({ key: 'k1', vaultKeyFile });
    for (const file of [join(folder, 'keys.json'), vaultKeyFile])
      expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(() => keys().create()).toThrow(expect.objectContaining({ code: 'keys_exist' }));
    expect(keys().list()).toMatchObject([{ id: 'k1', state: 'active', tokens: 0, hashes: 0 }]);
  });

  it.each(['token', 'hash'] as const)(
    'give a person the same %s after a rotation, and a new one to others',
    async (policy) => {
      const { keys, pseudonym } = makeFolder();
      keys().create();
      const before = await pseudonym(policy, phone);
      expect(before).toMatch(new RegExp(`^${policy}:k1:`));
      expect(keys().rotate()).toEqual({ key: 'k2' });
      keys().rotate();
      expect(await pseudonym(policy, phone)).toBe(before);
      expect(await pseudonym(policy, phone)).toBe(before);
      expect(await pseudonym(policy, '+79161234568')).toMatch(new RegExp(`^${policy}:k3:`));
      expect(
        keys()
          .list()
          .map(({ id, state }) => [id, state]),
      ).toEqual([
        ['k3', 'active'],
        ['k2', 'lookup'],
        ['k1', 'lookup'],
      ]);
    },
  );

  it('tell tokens from hashes and phones from e-mails', async () => {
    const { keys, pseudonym } = makeFolder();
    keys().create();
    const all = [
      await pseudonym('token', phone),
      await pseudonym('hash', phone),
      await pseudonym('token', phone, 'email'),
      await pseudonym('token', phone, 'other'),
    ];
    expect(new Set(all.map((each) => each.slice(-43))).size).toBe(4);
  });

  it('carry every token over when one is retired, also of who has not come again', async () => {
    const { keys, pseudonym, folder } = makeFolder();
    keys().create();
    const tokens = [await pseudonym('token', phone), await pseudonym('token', 'ann@mail.ru', 'email')];
    keys().rotate();
    expect(await pseudonym('token', phone)).toBe(tokens[0]);
    expect(await keys().retire('k1', false)).toEqual({ carried: 2, cut: 0 });
    expect(readFileSync(join(folder, 'keys.json'), 'utf8')).toMatch(
      /"id": "k1",\s+"state": "retired",[^}]*"secret": null/,
    );
    expect(await pseudonym('token', phone)).toBe(tokens[0]);
    expect(await pseudonym('token', 'ann@mail.ru', 'email')).toBe(tokens[1]);
    expect(keys().resolve(tokens[1]!, 'r')).toEqual({ kind: 'email', value: 'ann@mail.ru', hashed: false });
    await expect(keys().retire('k1', false)).rejects.toMatchObject({ code: 'key_unknown' });
    await expect(keys().retire('k2', false)).rejects.toMatchObject({ code: 'key_unknown' });
  });

  it('are not retired while hashes of theirs would be cut, unless it is forced', async () => {
    const { keys, pseudonym } = makeFolder();
    keys().create();
    const [came, stayed] = [await pseudonym('hash', phone), await pseudonym('hash', '+79161234568')];
    keys().rotate();
    expect(await pseudonym('hash', phone)).toBe(came);
    await expect(keys().retire('k1', false)).rejects.toMatchObject({
      code: 'key_in_use',
      detail: '1 hashes',
    });
    expect(await keys().retire('k1', true)).toEqual({ carried: 0, cut: 1 });
    expect(await pseudonym('hash', phone)).toBe(came);
    expect(await pseudonym('hash', '+79161234568')).not.toBe(stayed);
  });

  it('say that their file is damaged', () => {
    const { keys, folder } = makeFolder();
    expect(() => keys().list()).toThrow(expect.objectContaining({ code: 'keys_missing' }));
    for (const text of [
      '',
      '{}',
      '{"version":1,"keys":[{"id":"k1","state":"active","secret":"x"}],"suppression":""}',
    ]) {
      writeFileSync(join(folder, 'keys.json'), text);
      expect(() => keys().list()).toThrow(expect.objectContaining({ code: 'keys_invalid' }));
    }
  });
});

describe('the vault', () => {
  it('gives a value back to whoever has its key, and notes who asked for what', async () => {
    const { keys, pseudonym, folder } = makeFolder();
    keys().create();
    const token = await pseudonym('token', phone);
    expect(keys().resolve(token, 'request 7')).toEqual({ kind: 'phone', value: phone, hashed: false });
    const other = `token:k1:${'A'.repeat(43)}`;
    for (const unknown of [other, 'nonsense', await pseudonym('hash', phone)])
      expect(() => keys().resolve(unknown, 'r')).toThrow(expect.objectContaining({ code: 'token_unknown' }));
    const lines = readFileSync(join(folder, 'audit.log'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([
      { action: 'keys', what: 'create', key: 'k1' },
      {
        action: 'resolve',
        token,
        found: true,
        reason: 'request 7',
        by: expect.any(String),
        at: '2023-11-14T22:13:20.000Z',
      },
      { action: 'resolve', token: other, found: false },
      { action: 'resolve', token: null, found: false },
      { action: 'resolve', found: false },
    ]);
    expect(readFileSync(join(folder, 'audit.log'), 'utf8')).not.toContain('9995551111');
  });

  it('keeps the hash of a client that hashes until the value itself is known', async () => {
    const { keys, pseudonym } = makeFolder();
    keys().create();
    const { createHash } = await import('node:crypto');
    const digest = createHash('sha256').update(phone).digest('hex');
    const token = await pseudonym('token', digest, 'phone', true);
    expect(keys().resolve(token, 'r')).toEqual({ kind: 'phone', value: digest, hashed: true });
    expect(await pseudonym('token', phone)).toBe(token);
    expect(keys().resolve(token, 'r')).toEqual({ kind: 'phone', value: phone, hashed: false });
  });

  it('opens with an earlier key as long as that stands behind the new one, and is sealed anew on demand', async () => {
    const { keys, pseudonym, vaultKeyFile } = makeFolder();
    keys().create();
    const token = await pseudonym('token', phone);
    const old = readFileSync(vaultKeyFile, 'utf8');
    const fresh = newVaultKey();
    writeFileSync(vaultKeyFile, fresh);
    expect(() => keys().resolve(token, 'r')).toThrow(expect.objectContaining({ code: 'vault_key_wrong' }));
    writeFileSync(vaultKeyFile, `${fresh}\n${old}`);
    expect(keys().resolve(token, 'r').value).toBe(phone);
    expect(await keys().reseal()).toEqual({ sealed: 1 });
    expect(await keys().reseal()).toEqual({ sealed: 0 });
    writeFileSync(vaultKeyFile, fresh);
    expect(keys().resolve(token, 'r').value).toBe(phone);
    rmSync(vaultKeyFile);
    expect(() => keys().resolve(token, 'r')).toThrow(expect.objectContaining({ code: 'vault_key_missing' }));
  });

  it('cannot be opened where an entry was moved to another token', async () => {
    const { createSeal } = await import('../../src/privacy/vault-key.ts');
    const seal = createSeal(newVaultKey(), 'test');
    const sealed = seal.close('["phone","+79995551111"]', 'a');
    expect(seal.open(sealed, 'a')).toBe('["phone","+79995551111"]');
    expect(() => seal.open(sealed, 'b')).toThrow(expect.objectContaining({ code: 'vault_key_wrong' }));
    sealed[sealed.length - 1]! ^= 1;
    expect(() => seal.open(sealed, 'a')).toThrow(expect.objectContaining({ code: 'vault_key_wrong' }));
  });
});
