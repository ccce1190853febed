import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { NitkaError } from '@nitka/core';
import { parseConfig } from '../config-file.ts';
import { defaults } from '../config.ts';
import { hashWriteKey } from '../plugins/write-key.ts';

export interface InitOptions {
  readonly path: string;
  /** The pages that may send. */
  readonly origins: readonly string[];
}

/** Writes a first config, and gives what to tell the operator: the secret key is shown this once. Throws NitkaError `config_exists`, or `config_invalid` for an origin that is none. */
export const init = ({ path, origins }: InitOptions): string => {
  const browserKey = `nb_${randomBytes(18).toString('base64url')}`;
  const serverKey = `ns_${randomBytes(24).toString('base64url')}`;
  const config = {
    dataDir: defaults.dataDir,
    listen: defaults.listen,
    sources: [
      { name: 'site', kind: 'browser', writeKey: browserKey, origins },
      { name: 'backend', kind: 'server', writeKeySha256: hashWriteKey(serverKey) },
    ],
  };
  parseConfig(config, dirname(resolve(path)));
  try {
    writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new NitkaError('config_exists', path);
    throw error;
  }
  const url = `http://${defaults.listen.host}:${defaults.listen.port}`;
  return [
    `Written: ${path}`,
    '',
    'Write key of the site (public):',
    `  ${browserKey}`,
    'Write key of the backend (secret; only its hash is in the file, so note it now):',
    `  ${serverKey}`,
    '',
    'Put this into the pages:',
    `  <script async src="${url}${defaults.script.path}" data-write-key="${browserKey}"></script>`,
    '',
    'Start:',
    `  nitka-collector start --config ${path}`,
  ].join('\n');
};
