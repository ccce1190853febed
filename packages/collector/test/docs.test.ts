import { readFileSync } from 'node:fs';
import { batchSchema, errors, eventSchema } from '@nitka/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { browserKey, openTestCollector } from './support/collector.ts';

const read = (name: string): string =>
  readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

describe('docs/errors.md', () => {
  it('has every code of the table with its status and text, and no other', () => {
    const rows = [...read('errors.md').matchAll(/^\| `(\w+)` +\|(?: (\d+) +\|)? (.*?) +\|$/gm)];
    const documented = Object.fromEntries(
      rows.map(([, code, status, text]) => [code, { status: status ? Number(status) : null, text }]),
    );
    expect(documented).toEqual(errors);
    expect(rows).toHaveLength(Object.keys(errors).length);
  });
});

const blocks = [...read('protocol.md').matchAll(/```json ?([\w-]*)\n([\s\S]*?)```/g)].map(
  ([, kind = '', text = '']) => ({
    kind,
    value: JSON.parse(text) as Record<string, unknown>,
  }),
);
const of = (kind: string) => blocks.filter((block) => block.kind === kind).map(({ value }) => value);
const send = async (url: string, body: unknown) => {
  const { app } = await openTestCollector();
  const payload = JSON.stringify(body).replaceAll('nb_your_write_key', browserKey);
  return app.inject({ method: 'POST', url: `${url}?writeKey=${browserKey}`, payload });
};

describe('docs/protocol.md', () => {
  it('says of each JSON block what it is', () => {
    const known = new Set(['batch', 'track', 'reply', 'error', 'visitor', 'visitor-reply']);
    expect(blocks.length).toBeGreaterThan(7);
    expect(blocks.filter(({ kind }) => !known.has(kind))).toEqual([]);
  });

  it('shows requests that the schemas and the collector take', async () => {
    const ajv = new Ajv2020({ strict: false });
    const [isBatch, isEvent] = [ajv.compile(batchSchema), ajv.compile(eventSchema)];
    for (const batch of of('batch')) {
      expect(isBatch(batch)).toBe(true);
      const events = batch['batch'] as unknown[];
      for (const event of events) expect(isEvent(event)).toBe(true);
      expect((await send('/v1/batch', batch)).json()).toEqual({
        success: true,
        accepted: events.length,
        duplicates: 0,
      });
    }
    for (const event of of('track')) {
      expect(isEvent({ ...event, type: 'track' })).toBe(true);
      expect((await send('/v1/track', event)).json()).toEqual({ success: true, accepted: 1, duplicates: 0 });
    }
    const [visitor] = of('visitor');
    expect((await send('/v1/visitor', visitor)).json()).toEqual(of('visitor-reply')[0]);
  });

  it('shows answers as the collector gives them', async () => {
    const [plain, withRejects, healing] = of('reply');
    const good = { type: 'page', userId: 'u' };
    expect((await send('/v1/batch', { batch: [good, good] })).json()).toEqual(plain);
    const [rejected] = withRejects!['rejected'] as [{ messageId: string }];
    const batch = Array.from({ length: 10 }, (_, at) =>
      at === 4 ? { type: 'x', messageId: rejected.messageId } : good,
    );
    expect((await send('/v1/batch', { batch })).json()).toEqual(withRejects);
    expect(Object.keys(healing ?? {})).toEqual(['success', 'accepted', 'duplicates', 'anonymousId']);
    for (const error of of('error')) {
      const { app } = await openTestCollector();
      expect(
        (await app.inject({ method: 'POST', url: '/v1/batch', payload: '{"batch":[]}' })).json(),
      ).toEqual(error);
    }
  });
});

describe('docs/clients.md', () => {
  const programs = {
    python: ['python/segment_client.py', 'python/rudderstack_client.py'],
    go: ['go/segment/main.go', 'go/rudderstack/main.go'],
    java: ['java/segment/Events.java', 'java/rudderstack/Events.java', 'java/kotlin/Events.java'],
  } as const;
  const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim());

  it.each(Object.entries(programs))(
    'shows lines of the programs in %s that are run, a block a program',
    (language, files) => {
      const shown = [...read('clients.md').matchAll(/```(\w+)\n([\s\S]*?)```/g)]
        .filter(([, name]) => name === language)
        .map(([, , text = '']) => linesOf(text).filter((line) => line !== ''));
      expect(shown).toHaveLength(files.length);
      for (const [at, file] of files.entries()) {
        const source = readFileSync(new URL(`clients/${file}`, import.meta.url), 'utf8');
        expect(linesOf(source)).toEqual(expect.arrayContaining(shown[at]!));
      }
    },
  );

  it('names the versions that CI installs', () => {
    const docs = read('clients.md');
    const manifests = ['python/requirements.txt', 'go/go.mod', 'java/segment/pom.xml', 'java/rudderstack/pom.xml', 'java/kotlin/pom.xml']
      .map((file) => readFileSync(new URL(`clients/${file}`, import.meta.url), 'utf8'))
      .join('\n'); // prettier-ignore
    const pins = [
      ...manifests.matchAll(
        /^(?:[\w-]+==|\tgithub\.com\/\w+\/analytics-go\/v\d v)([\d.]+)$|<artifactId>(?:analytics|core)<\/artifactId>\s*<version>([\d.]+)/gm,
      ),
    ].map(([, version, ofMaven]) => version ?? ofMaven);
    expect(pins).toHaveLength(7);
    for (const version of pins) expect(docs).toContain(` ${version} `);
  });
});
