import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { init } from '../../src/commands/init.ts';
import { readConfig } from '../../src/config-file.ts';
import { hashWriteKey } from '../../src/plugins/write-key.ts';
import { temporaryFolder } from '../support/collector.ts';

it('writes a config that runs, with the hash of the secret key alone', () => {
  const path = join(temporaryFolder(), 'nitka.json');
  const told = init({ path, origins: ['https://shop.example'] });
  const secret = /ns_[\w-]+/.exec(told)![0];
  expect(readFileSync(path, 'utf8')).not.toContain(secret);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readConfig(path, {}).sources).toMatchObject([
    { kind: 'browser', writeKey: /nb_[\w-]+/.exec(told)![0], origins: ['https://shop.example'] },
    { kind: 'server', writeKeySha256: hashWriteKey(secret) },
  ]);
});

it('leaves a config alone that is there, whose keys are in use', () => {
  const path = join(temporaryFolder(), 'nitka.json');
  init({ path, origins: [] });
  const before = readFileSync(path, 'utf8');
  expect(() => init({ path, origins: [] })).toThrow(
    expect.objectContaining({ code: 'config_exists' }) as Error,
  );
  expect(readFileSync(path, 'utf8')).toBe(before);
});
