import { dirname, resolve } from 'node:path';
import { NitkaError } from '@nitka/core';
import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';
import { configSchema } from './config-schema.ts';
import { configTexts } from './config-texts.ts';
import { defaults } from './config.ts';
import type { CollectorConfig, DestinationConfig, SourceConfig } from './config.ts';
import { readJsonFile } from './json-file.ts';

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `listen.port` is `NITKA_LISTEN_PORT`, `dataDir` is `NITKA_DATA_DIR`. */
const variableOf = (path: readonly string[]): string =>
  `NITKA_${path.map((part) => part.replace(/[A-Z]/g, '_$&').toUpperCase()).join('_')}`;

/** Null stands for what the machine says. */
const numbersWithoutDefault = new Set(['workers']);

/** What is none stays text, for the schema to refuse. */
const numberOf = (text: string): number | string =>
  text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
const switches = new Map([
  ['true', true],
  ['false', false],
]);

/** Lays the environment over the file: every single value of the config but those in lists. */
const withEnvironment = (
  config: Json,
  environment: NodeJS.ProcessEnv,
  shape: Json = defaults,
  path: string[] = [],
): Json => {
  const result: Json = { ...config };
  for (const [key, standard] of Object.entries(shape)) {
    const here = [...path, key];
    if (isObject(standard)) {
      const below = withEnvironment(isObject(config[key]) ? config[key] : {}, environment, standard, here);
      if (Object.keys(below).length > 0 && (config[key] === undefined || isObject(config[key])))
        result[key] = below;
    } else if (!Array.isArray(standard)) {
      const text = environment[variableOf(here)];
      if (text === undefined) continue;
      const isNumber = typeof standard === 'number' || numbersWithoutDefault.has(here.join('.'));
      result[key] = isNumber ? numberOf(text) : (switches.get(text) ?? text);
    }
  }
  return result;
};

/** What is meant, in the words of the reference, where the schema has a pattern only. */
const meaningOf = (path: string): string | undefined =>
  configTexts[path.replace(/\.\d+(?=\.|$)/g, '[]').replace(/\[\]$/, '')];

const faultText = (
  { instancePath, message, keyword, params }: ErrorObject,
  environment: NodeJS.ProcessEnv,
): string => {
  const fields = instancePath.slice(1).split('/');
  const variable = variableOf(fields);
  const from = environment[variable] === undefined ? '' : ` (${variable})`;
  const path = `${fields.join('.') || '(top)'}${from}`;
  if (keyword === 'additionalProperties')
    return `${path}: unknown field "${String(params['additionalProperty'])}"`;
  if (keyword === 'enum') return `${path}: must be one of ${JSON.stringify(params['allowedValues'])}`;
  if (keyword === 'false schema') return `${path}: does not belong to a source of this kind`;
  const meaning = keyword === 'pattern' ? meaningOf(fields.join('.')) : undefined;
  return `${path}: ${message ?? keyword}${meaning === undefined ? '' : `. ${meaning}`}`;
};

/** What a schema cannot say. */
const contradictions = (config: { sources: SourceConfig[]; destinations: DestinationConfig[] }): string[] => {
  const faults: string[] = [];
  const twice = (values: (string | undefined)[], path: string, field: string): void => {
    values.forEach((value, index) => {
      if (value !== undefined && values.indexOf(value) < index)
        faults.push(`${path}.${index}.${field}: is there twice`);
    });
  };
  twice(
    config.sources.map(({ name }) => name),
    'sources',
    'name',
  );
  twice(
    config.sources.map(({ writeKey }) => writeKey),
    'sources',
    'writeKey',
  );
  twice(
    config.sources.map(({ writeKeySha256 }) => writeKeySha256),
    'sources',
    'writeKeySha256',
  );
  twice(
    config.destinations.map(({ name, type }) => name ?? type),
    'destinations',
    'name',
  );
  return faults;
};

const privacyOf = (privacy: CollectorConfig['privacy'], folder: string): CollectorConfig['privacy'] => {
  const inFolder = (path: string | null): string | null => (path === null ? null : resolve(folder, path));
  return {
    ...privacy,
    keysFile: inFolder(privacy.keysFile),
    vaultPath: inFolder(privacy.vaultPath),
    vaultKeyFile: inFolder(privacy.vaultKeyFile),
  };
};

const listenOf = (
  { tls, ...listen }: CollectorConfig['listen'],
  folder: string,
): CollectorConfig['listen'] => ({
  ...listen,
  tls: tls && {
    http2: tls.http2 ?? true,
    certFile: resolve(folder, tls.certFile),
    keyFile: resolve(folder, tls.keyFile),
  },
});

const operatorOf = ({ listen, ...operator }: CollectorConfig['operator']): CollectorConfig['operator'] => ({
  ...operator,
  listen: listen && { host: listen.host ?? defaults.listen.host, port: listen.port },
});

/**
 * A checked config with every default filled in.
 *
 * @param folder Paths in the config are relative to it.
 * @throws NitkaError `config_invalid`: its detail has every fault on a line of its own, with its path.
 */
export const parseConfig = (
  input: unknown,
  folder: string,
  environment: NodeJS.ProcessEnv = {},
): CollectorConfig => {
  const given = isObject(input) ? withEnvironment(input, environment) : input;
  const ajv = new Ajv({ allErrors: true, strict: false });
  const validate = ajv.compile(configSchema);
  const valid = validate(given);
  const faults = (validate.errors ?? [])
    .filter(({ keyword }) => keyword !== 'if')
    .map((fault) => faultText(fault, environment));
  if (!valid) throw new NitkaError('config_invalid', `\n${faults.join('\n')}`);

  const file = given as Partial<CollectorConfig> & { sources: SourceConfig[] };
  const found = contradictions({ sources: file.sources, destinations: [...(file.destinations ?? [])] });
  if (found.length > 0) throw new NitkaError('config_invalid', `\n${found.join('\n')}`);
  const script = { ...defaults.script, ...file.script };
  return {
    dataDir: resolve(folder, file.dataDir ?? defaults.dataDir),
    listen: listenOf({ ...defaults.listen, ...file.listen }, folder),
    operator: operatorOf({ ...defaults.operator, ...file.operator }),
    trustProxy: file.trustProxy ?? defaults.trustProxy,
    sources: file.sources.map((source) => ({ ...source, origins: source.origins ?? [] })),
    destinations: (file.destinations ?? defaults.destinations).map((destination) => ({
      ...destination,
      name: destination.name ?? destination.type,
      ...(typeof destination['path'] === 'string' && { path: resolve(folder, destination['path']) }),
    })),
    limits: { ...defaults.limits, ...file.limits },
    visitorCookie: { ...defaults.visitorCookie, ...file.visitorCookie },
    script: { ...script, file: script.file === null ? null : resolve(folder, script.file) },
    privacy: privacyOf({ ...defaults.privacy, ...file.privacy }, folder),
    role: file.role ?? defaults.role,
    workers: file.workers ?? defaults.workers,
    spool: { ...defaults.spool, ...file.spool },
    loader: { ...defaults.loader, ...file.loader },
    log: { ...defaults.log, ...file.log },
    shutdownSeconds: file.shutdownSeconds ?? defaults.shutdownSeconds,
  };
};

/** @throws NitkaError `config_missing`, `file_unusable` or `config_invalid`. */
export const readConfig = (path: string, environment: NodeJS.ProcessEnv = process.env): CollectorConfig => {
  return parseConfig(readJsonFile(path), dirname(resolve(path)), environment);
};
