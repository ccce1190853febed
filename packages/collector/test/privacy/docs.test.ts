import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config-file.ts';
import { createFieldKinds } from '../../src/privacy/fields.ts';
import { openTestCollector, temporaryFolder } from '../support/collector.ts';

const text = readFileSync(new URL('../../../../docs/privacy.md', import.meta.url), 'utf8');
const blocksOf = (kind: string): string[] =>
  [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].flatMap(([, name, body = '']) =>
    name === kind ? [body] : [],
  );
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

interface Step {
  readonly command: string[];
  readonly expected: string[];
}

/** Words of a command line, quotes taken off. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');

const steps = blocksOf('console').flatMap((block) =>
  block
    .split(/^\$ nitka-collector /m)
    .slice(1)
    .map((part): Step => {
      const [line = '', ...expected] = part.trimEnd().split('\n');
      return { command: wordsOf(line), expected };
    }),
);

const run = async (args: readonly string[]): Promise<string> =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', main, ...args]).then(
    ({ stdout }) => stdout,
    ({ stderr }: { stderr: string }) => `! ${stderr}`,
  );

/** A line of the page, where an ellipsis stands for anything. */
const patternOf = (line: string): RegExp =>
  new RegExp(
    `^${line
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );

describe('docs/privacy.md', () => {
  it('shows a config that the collector takes', () => {
    const [config] = blocksOf('json privacy');
    expect(parseConfig(JSON.parse(config!), temporaryFolder()).privacy).toMatchObject({
      identifiers: 'token',
      fields: ['loyaltyCard'],
      ip: 'truncate',
    });
  });

  it('shows commands as they run, one after the other', { timeout: 600_000 }, async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'nitka.json');
    writeFileSync(file, blocksOf('json privacy')[0]!);
    expect(steps.length).toBeGreaterThan(7);
    for (const { command, expected } of steps) {
      const printed = (await run([...command, '--config', file])).trimEnd().split('\n');
      expect([command, printed]).toEqual([
        command,
        expected.map((line) => expect.stringMatching(patternOf(line))),
      ]);
    }
  });

  it('has a query that finds the marks', async () => {
    const collector = await openTestCollector();
    const batch = [
      { type: 'identify', anonymousId: 'a', messageId: 'm', traits: { phone: '8 800 555 35 35' } },
    ];
    const payload = JSON.stringify({ writeKey: 'nb_test_key_0001', batch });
    await collector.app.inject({ method: 'POST', url: '/v1/batch', payload });
    await collector.loaded();
    expect((await collector.rows(blocksOf('sql')[0]!)).map((row) => Object.values(row))).toEqual([
      ['m', '{"phone":"toll_free"}'],
    ]);
  });

  it('names fields that are taken for what the page says', () => {
    const kinds = createFieldKinds();
    for (const name of ['phone', 'mobile', 'tel', 'msisdn', 'whatsapp']) expect(kinds.of(name)).toBe('phone');
    for (const name of ['email', 'mail']) expect(kinds.of(name)).toBe('email');
    for (const name of ['customer_phone', 'billingPhone']) expect(kinds.of(name)).toBe('maybe-phone');
    for (const name of ['ip', 'clientIp', 'ip_address', 'X-Forwarded-For']) expect(kinds.of(name)).toBe('ip');
    expect([kinds.of('phoneSha256'), kinds.of('emailSha256'), kinds.of('hashedPhone')]).toEqual([
      'hashed-phone',
      'hashed-email',
      'hashed-phone',
    ]);
  });
});
