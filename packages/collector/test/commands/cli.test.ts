import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, testSources } from '../support/collector.ts';
import { createCollectorProcess, runProgram as run } from '../support/process.ts';
import { serverKey } from '../support/collector.ts';

const configFile = (config: Record<string, unknown> = {}): string => {
  const file = join(temporaryFolder(), 'nitka.json');
  writeFileSync(file, JSON.stringify({ sources: testSources, ...config }));
  return file;
};

describe('the program', () => {
  it('ends with 2 for what cannot be used, and says why in one line', async () => {
    const file = configFile();
    /** For commands that take the data folder, each its own. */
    const withFolder = (): string => {
      const own = configFile();
      mkdirSync(join(own, '..', 'data'));
      return own;
    };
    const wrong = [
      ['nope'],
      ['query'],
      ['check', '--config', '/nowhere/nitka.json'],
      ['rejects', 'burn', '--config', file],
      ['rejects', 'retry', '--config', file],
      ['rejects', 'show', 'x', '--config', file],
      ['replay', '--config', file],
      ['replay', '--destination', 'duckdb', '--since', 'soon', '--config', file],
      ['check-cookie', 'shop'],
      ['--nope'],
      ['ledger', '--nope', '--config', file],
      ['check', '--config', ''],
      ['check', '--config', file, '--config', file],
      ['query', '', '--config', file],
      ['query', 'SELECT 1', '--json', '--csv', '--config', file],
      ['query', 'SELECT 1', '--destination', 'nope', '--config', withFolder()],
      ['rejects', '--code', 'nope', '--config', file],
      ['rejects', '--source', 'nope', '--config', withFolder()],
      ['rejects', 'list', '7', '--config', file],
      ['rejects', '--limit', '1e3', '--config', file],
      [
        'replay',
        '--destination',
        'duckdb',
        '--since',
        '2026-12-01',
        '--until',
        '2026-11-01',
        '--config',
        file,
      ],
      ['backup', '', '--config', file],
      ['forget', '--phone', 'abc', '--config', withFolder()],
    ];
    const codes = /^(?:command_invalid|config_missing|destination_unknown|forget_invalid): /;
    // A few at a time: each is a process.
    for (let from = 0; from < wrong.length; from += 6) {
      const some = wrong.slice(from, from + 6);
      const ended = await Promise.all(some.map((args) => run(...args)));
      for (const [at, { code, err, out }] of ended.entries()) {
        expect([some[at], code, out]).toEqual([some[at], 2, '']);
        expect(err).toMatch(codes);
        expect(err.trim().split('\n')).toHaveLength(1);
      }
    }
  });

  it('plans the tables of a destination without making them', async () => {
    const file = configFile();
    const { code, out } = await run('check', '--plan', '--json', '--config', file);
    expect(code).toBe(0);
    const [plan] = JSON.parse(out) as [{ destination: string; statements: string[] }];
    expect(plan.destination).toBe('duckdb');
    expect(plan.statements.join('\n')).toContain('CREATE TABLE raw_events');
    expect(existsSync(join(file, '..', 'data'))).toBe(false);
  });

  it('lists, shows and retries rejects, and replays, while the collector runs and while it does not', async () => {
    const collector = createCollectorProcess({ spool: { keepDays: 1 }, limits: { eventBytes: 300 } });
    await collector.start();
    const event = { type: 'track', event: 'E', userId: 'u' };
    const big = { ...event, messageId: 'big', properties: { text: 'x'.repeat(400) } };
    const response = await fetch(`${collector.url()}/v1/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${serverKey}` },
      body: JSON.stringify({ batch: [event, big] }),
    });
    expect(response.status).toBe(200);
    const check = async (): Promise<void> => {
      const list = JSON.parse(
        await collector.run('rejects', 'list', '--code', 'event_too_large', '--json'),
      ) as object[];
      expect(list).toEqual([expect.objectContaining({ id: 1, code: 'event_too_large', messageId: 'big' })]);
      expect(await collector.run('rejects', 'show', '1')).toMatch(/^payload +\{"type":"track".*x{400}/m);
      await expect(collector.run('rejects', 'retry', '1', '--json')).rejects.toMatchObject({
        code: 1,
        stdout: '[{"id":1,"result":"refused","code":"event_too_large"}]\n',
      });
      const replay = await collector.run('replay', '--destination', 'duckdb', '--dry-run', '--json');
      expect(JSON.parse(replay)).toMatchObject({ destination: 'duckdb', entries: 0 });
    };
    while ((await collector.run('query', '--json', 'SELECT 1 FROM raw_events').catch(() => '[]')) === '[]\n');
    await check();
    expect(await collector.stop('SIGTERM')).toBe(0);
    await check();
  });
});
