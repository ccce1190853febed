import { NitkaError } from '@nitka/core';
import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';

const faultOf = (type: string, { instancePath, keyword, message, params }: ErrorObject): string => {
  const path = `destinations.${type}${instancePath.replaceAll('/', '.')}`;
  if (keyword === 'additionalProperties')
    return `${path}: unknown field "${String(params['additionalProperty'])}"`;
  if (keyword === 'enum') return `${path}: must be one of ${JSON.stringify(params['allowedValues'])}`;
  return `${path}: ${message ?? keyword}`;
};

/**
 * A destination's part of the config with its defaults.
 *
 * @throws NitkaError `config_invalid`: its detail has every fault on a line of its own, with its path.
 */
export const parseDestinationOptions = <T extends object>(
  config: Readonly<Record<string, unknown>>,
  properties: Readonly<Record<string, object>>,
  defaults: T,
): T => {
  const type = String(config['name'] ?? config['type']);
  const schema = {
    type: 'object',
    additionalProperties: false,
    properties: { type: {}, name: {}, ...properties },
  };
  const validate = new Ajv({ allErrors: true, strict: false }).compile(schema);
  if (!validate(config)) {
    const faults = (validate.errors ?? []).map((fault) => faultOf(type, fault));
    throw new NitkaError('config_invalid', `\n${faults.join('\n')}`);
  }
  return { ...defaults, ...config };
};

/** Imports the client of a destination. @throws NitkaError `destination_client_missing` */
export const importClient = async <T>(name: string, load: () => Promise<T>): Promise<T> => {
  try {
    return await load();
  } catch (error) {
    throw new NitkaError('destination_client_missing', name, { cause: error });
  }
};

/**
 * An address from the config or, better, from the environment variable that the config names: a password does not belong in a file.
 *
 * @throws NitkaError `config_invalid`
 */
export const addressOf = (
  type: string,
  { url, urlVariable }: { readonly url?: string | undefined; readonly urlVariable?: string | undefined },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined => {
  if (url !== undefined && urlVariable !== undefined) {
    throw new NitkaError(
      'config_invalid',
      `destinations.${type}: "url" and "urlVariable" exclude each other`,
    );
  }
  if (urlVariable === undefined) return url;
  const found = environment[urlVariable];
  if (!found) {
    throw new NitkaError(
      'config_invalid',
      `destinations.${type}.urlVariable: the environment has no variable ${urlVariable}`,
    );
  }
  return found;
};
