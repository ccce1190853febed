import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder, testSources } from '../support/collector.ts';
import { runProgram } from '../support/process.ts';

const configFile = (config: Record<string, unknown> = {}): string => {
  const file = join(temporaryFolder(), 'nitka.json');
  writeFileSync(file, JSON.stringify({ sources: testSources, ...config }));
  return file;
};

it('ends when the port is taken, and lets go of the folder', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as AddressInfo;
  const file = configFile({ listen: { port } });
  const { code, err } = await runProgram('start', '--config', file);
  expect(err).toMatch(/^listen_failed: .*EADDRINUSE/);
  expect(code).toBe(1);
  expect(existsSync(join(file, '..', 'data', 'admin.sock'))).toBe(false);
  expect((await runProgram('ledger', '--config', file)).code).toBe(0);
});

it('makes no data folder by looking into one, and says what is in its place', async () => {
  const [none, file] = [configFile(), configFile({ dataDir: './nitka.json' })];
  const commands = [['ledger'], ['verify'], ['query', 'SELECT 1'], ['backup', join(none, '..', 'backup')]];
  const ended = await Promise.all([
    ...commands.map((args) => runProgram(...args, '--config', none)),
    runProgram('start', '--config', file),
    runProgram('ledger', '--config', file),
  ]);
  for (const { code, err } of ended) {
    expect(err).toMatch(/^file_unusable: /);
    expect(code).toBe(1);
  }
  expect(ended[0].err).toContain('no collector has run with this dataDir yet');
  expect(existsSync(join(none, '..', 'data'))).toBe(false);
});

it.skipIf(!existsSync('/proc/version'))(
  'ends where no data folder can be made, below /proc, too',
  async () => {
    const file = configFile({ dataDir: '/proc/nitka/data' });
    const ended = await Promise.all([
      runProgram('start', '--config', file),
      runProgram('restore', join(file, '..'), '--config', file),
    ]);
    for (const { code, err } of ended) {
      expect(err).toMatch(/^file_unusable: .*\/proc\/nitka/);
      expect(code).toBe(1);
    }
  },
);

it('reads no config from what is no file, too large or no text, and says so', async () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  execFileSync('mkfifo', [at('pipe')]);
  writeFileSync(at('binary'), Buffer.from([0x7b, 0xff, 0x1b, 0x5b]));
  writeFileSync(at('colours'), '{\u001b[31m');
  writeFileSync(at('empty'), '');
  writeFileSync(at('huge'), '');
  truncateSync(at('huge'), 20_000_000);
  const told = [
    [folder, 1, /^file_unusable: .*is a folder/],
    [at('pipe'), 1, /^file_unusable: .*is no file/],
    [at('huge'), 1, /^file_unusable: .*too many for a config/],
    [at('binary'), 2, /^config_invalid: .*no text in UTF-8/],
    [at('colours'), 2, /^config_invalid: [^\u001b]*is not JSON/],
    [at('empty'), 2, /^config_invalid: .*is not JSON/],
  ] as const;
  for (const [file, code, words] of told) {
    const ended = await runProgram('check', '--config', file);
    expect([file, ended.code]).toEqual([file, code]);
    expect(ended.err).toMatch(words);
  }
  const marked = at('marked.json');
  writeFileSync(marked, `\ufeff${JSON.stringify({ sources: testSources })}`);
  expect(await runProgram('check', '--config', marked)).toMatchObject({ code: 0 });
});

it('checks the config, the files it names, the keys and every destination at once', async () => {
  const fine = configFile({
    listen: { tls: { certFile: 'none.pem', keyFile: 'none.key' } },
    privacy: { identifiers: 'token' },
    destinations: [{ type: 'oracle' }, { type: 'duckdb', threads: 'many', nope: 1 }],
  });
  const broken = configFile({ listen: { port: 'x' }, wat: 1, destinations: [{ type: 'oracle' }] });
  const [all, some] = await Promise.all([fine, broken].map((file) => runProgram('check', '--config', file)));
  expect([all!.code, some!.code]).toEqual([2, 2]);
  for (const fault of ['listen.tls.certFile', 'keys_missing', '"oracle"', 'duckdb.threads', 'field "nope"'])
    expect(all!.err).toContain(fault);
  for (const fault of ['listen.port: must be integer', 'field "wat"', '"oracle"'])
    expect(some!.err).toContain(fault);
});

it('writes no config that could not be used, and says which version it is', async () => {
  const folder = temporaryFolder();
  const [init, nowhere, version] = await Promise.all([
    runProgram('init', '--origin', 'shop', '--config', join(folder, 'x.json')),
    runProgram('init', '--config', join(folder, 'none', 'x.json')),
    runProgram('--version'),
  ]);
  expect(init.err).toMatch(/^config_invalid: .*sources\.0\.origins\.0: .*as https:\/\/shop\.example/s);
  expect(init.code).toBe(2);
  expect(existsSync(join(folder, 'x.json'))).toBe(false);
  expect(nowhere.err).toMatch(/^file_unusable: .*ENOENT/);
  const { version: own } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  expect(version).toMatchObject({
    code: 0,
    out: expect.stringContaining(`nitka-collector/${own} `) as string,
  });
});

it('does not let a cut answer pass for a whole one, nor a destination that is none for one', async () => {
  const file = configFile();
  mkdirSync(join(file, '..', 'data'));
  const many = 'SELECT * FROM range(100001)';
  const [cut, unknown] = [
    await runProgram('query', '--csv', many, '--config', file),
    await runProgram('query', '--destination', 'nope', 'SELECT 1', '--config', file),
  ];
  expect(cut.code).toBe(1);
  expect(cut.out.trim().split('\r\n')).toHaveLength(100_001);
  expect(cut.err).toMatch(/^These are the first 100,000 rows only/);
  expect(unknown.err).toMatch(/^destination_unknown: /);
});
