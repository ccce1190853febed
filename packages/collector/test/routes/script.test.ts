import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openTestCollector, temporaryFolder } from '../support/collector.ts';

describe('GET the script', () => {
  it('serves the file under the chosen name, compressed and with an ETag', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'sdk.js'), 'window.nitka = 1;');
    const { app } = await openTestCollector(
      { script: { path: '/lib/own.js', file: 'sdk.js', maxAgeSeconds: 60 } },
      folder,
    );
    const get = (headers: Record<string, string>) =>
      app.inject({ method: 'GET', url: '/lib/own.js', headers });
    const plain = await get({});
    expect(plain.body).toBe('window.nitka = 1;');
    expect(plain.headers['cache-control']).toBe('public, max-age=60');
    const brotli = await get({ 'accept-encoding': 'gzip, deflate, br' });
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(brotli.rawPayload).toString()).toBe(plain.body);
    const zipped = await get({ 'accept-encoding': 'gzip, br;q=0' });
    expect(gunzipSync(zipped.rawPayload).toString()).toBe(plain.body);
    const known = await get({ 'if-none-match': String(plain.headers['etag']) });
    expect(known.statusCode).toBe(304);
    expect(known.body).toBe('');
    writeFileSync(join(folder, 'sdk.js'), 'window.nitka = 2; // built anew');
    expect((await get({ 'if-none-match': String(plain.headers['etag']) })).statusCode).toBe(200);
  });

  it('serves the files of plugins beside it, under names made from the chosen one, to pages of any origin', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'sdk.js'), 'window.nitka = 1;');
    writeFileSync(join(folder, 'sdk.web-vitals.js'), 'export const webVitals = 1;');
    writeFileSync(join(folder, 'secret.js'), 'no part of it');
    const { app } = await openTestCollector({ script: { path: '/lib/own.js', file: 'sdk.js' } }, folder);
    const get = (url: string) =>
      app.inject({ method: 'GET', url, headers: { origin: 'https://page.example' } });
    const plugin = await get('/lib/own.web-vitals.js?v=2');
    expect(plugin.body).toBe('export const webVitals = 1;');
    for (const { headers } of [plugin, await get('/lib/own.js')]) {
      expect(headers).toMatchObject({ 'access-control-allow-origin': '*', vary: 'Accept-Encoding' });
      expect(headers['access-control-allow-credentials']).toBeUndefined();
      expect(headers['content-type']).toContain('text/javascript');
    }
    for (const url of [
      '/lib/own.mirror.js',
      '/lib/own..js',
      '/lib/own.%2e%2e%2fsecret.js',
      '/lib/own./../secret.js',
      '/lib/own.WEB-VITALS.js',
    ]) {
      expect((await get(url)).json(), url).toMatchObject({ code: 'not_found' });
    }
  });

  it('is missing where the file is', async () => {
    const { app } = await openTestCollector({ script: { file: 'gone.js' } });
    expect((await app.inject({ method: 'GET', url: '/nitka.js' })).json()).toMatchObject({
      code: 'not_found',
    });
  });
});
