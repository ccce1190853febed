import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig, readConfig } from '../src/config-file.ts';
import { defaults } from '../src/config.ts';
import { temporaryFolder } from './support/collector.ts';

const minimal = { sources: [{ name: 'site', kind: 'browser', writeKey: 'nb_12345678' }] };

describe('parseConfig', () => {
  it('fills in every default of a config of one source', () => {
    const { sources, dataDir, ...rest } = parseConfig(minimal, '/etc/nitka');
    expect(sources).toEqual([{ ...minimal.sources[0], origins: [] }]);
    expect(dataDir).toBe(resolve('/etc/nitka/data'));
    const { dataDir: _, ...others } = defaults;
    expect(rest).toEqual(others);
  });

  it('tells every fault at once, each with its path', () => {
    const bad = {
      sources: [
        { name: 'a b', kind: 'browser' },
        { name: 'x', kind: 'server', writeKey: 'nb_12345678' },
      ],
      listen: { port: 70_000, hots: 'x' },
      privacy: { ip: 'maybe' },
      extra: 1,
    };
    let detail = '';
    try {
      parseConfig(bad, '.');
    } catch (error) {
      expect(error).toMatchObject({ code: 'config_invalid' });
      detail = (error as { detail: string }).detail;
    }
    for (const path of [
      'sources.0.name',
      'sources.0: ',
      'sources.1.writeKey',
      'sources.1: ',
      'listen.port',
      'unknown field "hots"',
      'privacy.ip',
      'unknown field "extra"',
    ]) {
      expect(detail).toContain(path);
    }
  });

  it('finds keys and names that are there twice', () => {
    const source = minimal.sources[0];
    expect(() => parseConfig({ sources: [source, source] }, '.')).toThrow(
      /sources\.1\.name: is there twice\nsources\.1\.writeKey: is there twice/,
    );
  });

  it('lays the environment over the file', () => {
    const environment = {
      NITKA_LISTEN_PORT: '0',
      NITKA_DATA_DIR: '/srv/d',
      NITKA_VISITOR_COOKIE_NAME: 'v',
      NITKA_TRUST_PROXY: 'true',
    };
    const config = parseConfig(minimal, '.', environment);
    expect(config.listen).toEqual({ host: '127.0.0.1', port: 0, tls: null });
    expect(config).toMatchObject({
      dataDir: resolve('/srv/d'),
      visitorCookie: { name: 'v' },
      trustProxy: true,
    });
    expect(() => parseConfig(minimal, '.', { NITKA_LISTEN_PORT: 'http' })).toThrow(/listen\.port/);
  });

  it('refuses what is no object', () => {
    for (const input of [null, [], 'x', 5]) expect(() => parseConfig(input, '.')).toThrow(/must be object/);
  });
});

describe('readConfig', () => {
  it('says that there is no file, or no JSON in it', () => {
    const folder = temporaryFolder();
    expect(() => readConfig(join(folder, 'x.json'), {})).toThrow(
      expect.objectContaining({ code: 'config_missing' }),
    );
    writeFileSync(join(folder, 'y.json'), '{');
    expect(() => readConfig(join(folder, 'y.json'), {})).toThrow(
      expect.objectContaining({ code: 'config_invalid' }),
    );
  });
});
