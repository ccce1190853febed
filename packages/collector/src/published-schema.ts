import { configSchema } from './config-schema.ts';
import { configTexts } from './config-texts.ts';
import { defaults } from './config.ts';

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const at = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);

/** A field with its text and its default, and so its own fields. */
const describe = (schema: Json, path: string, standard: unknown): Json => {
  const text = configTexts[path];
  const described: Json = {
    ...schema,
    ...(text !== undefined && { description: text }),
    ...(standard !== undefined && !isObject(standard) && { default: standard }),
  };
  if (isObject(schema['properties'])) {
    described['properties'] = Object.fromEntries(
      Object.entries(schema['properties']).map(([key, value]) => [
        key,
        isObject(value) ? describe(value, path === '' ? key : `${path}.${key}`, at(standard, key)) : value,
      ]),
    );
  }
  if (isObject(schema['items']) && isObject(schema['items']['properties']))
    described['items'] = describe(schema['items'], `${path}[]`, undefined);
  return described;
};

/** The JSON Schema of the config file as editors get it: `config.schema.json` of the package. */
export const publishedSchema = (): Json => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  ...describe(configSchema, '', defaults),
});
