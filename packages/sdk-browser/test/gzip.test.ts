import { gunzipSync } from 'node:zlib';
import { afterEach, expect, it, vi } from 'vitest';
import { gzip } from '../src/gzip.ts';

afterEach(() => vi.unstubAllGlobals());

it('gives a body without a type that unpacks to the text', async () => {
  // Node's own: those of jsdom have no streams.
  const { Blob, Response } = await import('node:buffer').then(async ({ Blob: NodeBlob }) => ({
    Blob: NodeBlob,
    Response: globalThis.Response,
  }));
  vi.stubGlobal('Blob', Blob);
  vi.stubGlobal('Response', Response);
  const text = JSON.stringify({ batch: Array.from({ length: 50 }, (_, n) => ({ event: 'Просмотр', n })) });
  const body = (await gzip(text)) as Blob;
  expect(body.type).toBe('');
  expect(body.size).toBeLessThan(text.length / 4);
  expect(gunzipSync(Buffer.from(await body.arrayBuffer())).toString()).toBe(text);
});

it('gives the text itself where the browser cannot compress', async () => {
  vi.stubGlobal('CompressionStream', undefined);
  expect(await gzip('{}')).toBe('{}');
});
