import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { errors } from '@nitka/core';
import { describe, expect, it } from 'vitest';
import { openapi } from '../src/openapi.ts';
import { browserKey, openTestCollector } from './support/collector.ts';

interface Operation {
  readonly responses: Record<string, { content?: Record<string, { schema?: object }> }>;
}
type Paths = Record<string, Record<string, Operation>>;

const document = openapi('/nitka.js') as { paths: Paths; components: { schemas: Record<string, object> } };

/** A schema of the description, with its references. */
const compile = (schema: object) =>
  new Ajv2020({ strict: false, validateFormats: false }).compile({
    ...schema,
    components: document.components,
  });

/** The tree of the router has each path in parts, one a level. */
const servedBy = (tree: string): string[] => {
  const parts: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent, part, methods] = /^([│ ]*)[├└]── (\S*)(?: \((.*)\))?$/.exec(line) ?? [];
    if (indent === undefined) return [];
    const level = indent.length / 4;
    parts.splice(level, Infinity, part!);
    return methods === undefined ? [] : [parts.join('').replaceAll(/\(\^.*?\)/g, '')];
  });
};

describe('the OpenAPI description', () => {
  it('is valid', async () => {
    const result = await new Validator().validate(structuredClone(document));
    expect(result).toMatchObject({ valid: true });
  });

  it('has every route that the collector serves, and no other', async () => {
    const { app } = await openTestCollector();
    for (const [path, operations] of Object.entries(document.paths)) {
      const url = path.replace('{type}', ':type').replace('{writeKey}', ':writeKey');
      if (path.includes('{plugin}')) continue;
      for (const method of Object.keys(operations)) {
        expect([url, method, app.hasRoute({ url, method: method.toUpperCase() as 'GET' })]).toEqual([
          url,
          method,
          true,
        ]);
        if (url.startsWith('/v1/'))
          expect(app.hasRoute({ url: url.slice(3), method: method.toUpperCase() })).toBe(true);
      }
    }
    const urls = servedBy(app.printRoutes({ commonPrefix: false, includeHooks: false }));
    const known = new Set(Object.keys(document.paths).map((path) => path.replaceAll(/\{(\w+)\}/g, ':$1')));
    const unknown = urls.filter((url) => url !== '*' && !known.has(url) && !known.has(`/v1${url}`));
    expect(urls.length).toBeGreaterThan(Object.keys(document.paths).length);
    expect(unknown).toEqual([]);
  });

  it('is served, and is what docs/protocol.md tells', async () => {
    const { app } = await openTestCollector();
    expect((await app.inject('/openapi.json')).json()).toEqual(document);
    const text = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
    const paths = [...text.matchAll(/`(?:GET |POST |DELETE )?(\/[\w./<>{}-]*)/g)].map(([, path]) =>
      path!
        .replace('<type>', '{type}')
        .replace('<plugin>', '{plugin}')
        .replace('<writeKey>', '{writeKey}')
        .replace(/\/$/, ''),
    );
    for (const path of Object.keys(document.paths)) if (path !== '/') expect(paths).toContain(path);
  });

  it('describes what is really answered', async () => {
    const { app } = await openTestCollector();
    const check = async (
      method: 'GET' | 'POST' | 'DELETE',
      path: string,
      payload?: unknown,
      query = `?writeKey=${browserKey}`,
    ) => {
      const response = await app.inject({
        method,
        url: path + query,
        ...(payload !== undefined && { payload: JSON.stringify(payload) }),
      });
      const described = document.paths[path]![method.toLowerCase()]!.responses[response.statusCode];
      expect([path, response.statusCode, described !== undefined]).toEqual([path, response.statusCode, true]);
      const schema = described?.content?.['application/json']?.schema;
      if (!schema) return;
      const validate = compile(schema);
      expect([path, validate(response.json()), validate.errors]).toEqual([path, true, null]);
    };
    const event = { type: 'track', event: 'E', userId: 'u' };
    await check('POST', '/v1/batch', { batch: [event, { type: 'x' }] });
    await check('POST', '/v1/track', event);
    await check('POST', '/v1/batch', 5);
    await check('POST', '/v1/batch', { batch: [] }, '');
    await check('POST', '/v1/visitor', {});
    await check('DELETE', '/v1/visitor');
    for (const path of [
      '/healthz',
      '/readyz',
      '/metrics',
      '/sourceConfig',
      '/',
      '/openapi.json',
      '/nitka.js',
    ])
      await check('GET', path);
  });

  it('names each code of an answer under its status', () => {
    const answers = document.paths['/v1/batch']!['post']!.responses as Record<
      string,
      { description?: string }
    >;
    for (const [code, { status }] of Object.entries(errors)) {
      if (status !== null) expect(answers[status]?.description).toContain(`\`${code}\``);
    }
  });
});
