import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../src/config-schema.ts';
import { configTexts } from '../src/config-texts.ts';
import { init } from '../src/commands/init.ts';
import { publishedSchema } from '../src/published-schema.ts';
import { join } from 'node:path';
import { temporaryFolder } from './support/collector.ts';

interface Schema {
  readonly properties?: Record<string, Schema | boolean>;
  readonly items?: Schema;
}

/** Every field, a list's as `list[].field`. Kafka as a spool has a page of its own. */
const fieldsOf = (schema: Schema, path = ''): string[] => {
  if (path === 'spool.kafka') return [path];
  if (schema.items?.properties) return fieldsOf(schema.items, `${path}[]`);
  if (!schema.properties) return [path];
  const nullable = path === 'listen.tls' || path === 'operator.listen';
  return [
    ...(nullable ? [path] : []),
    ...Object.entries(schema.properties).flatMap(([key, value]) =>
      typeof value === 'boolean' ? [] : fieldsOf(value, path === '' ? key : `${path}.${key}`),
    ),
  ];
};

describe('the published JSON Schema of the config', () => {
  it('is the one that the collector checks by, with a text for each field', async () => {
    // Written anew by `pnpm vitest run --project collector -u` with this file.
    const text = await format(JSON.stringify(publishedSchema()), { parser: 'json', printWidth: 110 });
    await expect(text).toMatchFileSnapshot('../config.schema.json');
    expect(Object.keys(configTexts).sort()).toEqual(fieldsOf(configSchema as unknown as Schema).sort());
  });

  it('is in the package, and takes what init writes', () => {
    const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
    const manifest = JSON.parse(read('../package.json')) as {
      files: string[];
      exports: Record<string, unknown>;
    };
    expect(manifest.files).toContain('config.schema.json');
    expect(manifest.exports['./config.schema.json']).toBe('./config.schema.json');
    const validate = new Ajv({ strict: false }).compile(JSON.parse(read('../config.schema.json')) as object);
    const path = join(temporaryFolder(), 'nitka.json');
    init({ path, origins: ['https://shop.example'] });
    const config = JSON.parse(readFileSync(path, 'utf8')) as object;
    expect(validate({ $schema: './config.schema.json', ...config })).toBe(true);
    expect(validate({ ...config, hots: 1 })).toBe(false);
  });

  it('is told in full by the reference in docs/operations.md', () => {
    const text = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
    const rows = [...text.matchAll(/^\| `([\w$.[\]]+)` +\| (.*?) +\| (.*?) +\|$/gm)].filter(
      ([, path = '']) => path in configTexts,
    );
    expect(Object.fromEntries(rows.map(([, path, , what]) => [path, what]))).toEqual(configTexts);
    const schema = publishedSchema();
    for (const [, path, standard] of rows) {
      const found = path!.split('.').reduce<Schema | undefined>((level, key) => {
        const next = level?.properties?.[key.replace('[]', '')];
        const field = typeof next === 'object' ? next : undefined;
        return key.endsWith('[]') ? field?.items : field;
      }, schema as Schema) as { default?: unknown } | undefined;
      const value = found?.default;
      const plain = value === undefined || Array.isArray(value) ? undefined : JSON.stringify(value);
      if (plain !== undefined) expect([path, standard]).toEqual([path, `\`${plain}\``]);
    }
  });
});
