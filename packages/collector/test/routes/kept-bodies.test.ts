import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { NitkaError, errors } from '@nitka/core';
import type { ErrorCode } from '@nitka/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildApp } from '../../src/app.ts';
import type { AppParts } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config-file.ts';
import { createEnrich } from '../../src/enrich.ts';
import { createIngest } from '../../src/ingest.ts';
import { isAccepted } from '../../src/spool/chunk.ts';
import type { Chunk } from '../../src/spool/chunk.ts';
import {
  browserKey,
  openTestCollector,
  page,
  serverKey,
  temporaryFolder,
  testSources,
} from '../support/collector.ts';
import type { TestCollector } from '../support/collector.ts';
import { createMemoryDestination } from '../support/memory-destination.ts';

const whole = '{"batch":[{"type":"track","event":"E","userId":"u"}]}';

interface Request {
  readonly method?: 'POST' | 'PUT';
  readonly url?: string;
  readonly key?: string;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
}

interface Case extends Request {
  readonly config?: Record<string, unknown>;
  /** How often it is sent, if the last answer is the one that counts. */
  readonly times?: number;
  /** Bytes on a socket, where no client would send such a request. */
  readonly bytes?: string;
  /** What a collector says that cannot take anything now. */
  readonly state?: Partial<Pick<AppParts, 'backpressure'>> & { readonly append?: () => Promise<never> };
  /** True, or what is kept if it is not the body as sent. Without this the sender has its events still, or nobody knows whose they are. */
  readonly kept?: true | string;
}

const busy = (code: ErrorCode | null): AppParts['backpressure'] => ({
  reason: () => code,
  stop: () => undefined,
});
const broken = '{"batch":[{"a":';
const notInTime = `POST /v1/batch?writeKey=${browserKey} HTTP/1.1\r\nHost: c\r\nContent-Length: 99\r\n\r\n{"batch"`;

/** Every answer with a code that a request to a route of events can get. */
const answers: Partial<Record<ErrorCode, readonly Case[]>> = {
  malformed_json: [
    { body: broken, kept: true },
    { body: Buffer.from([0x7b, 0xff, 0xfe]), kept: true },
    { body: '['.repeat(200_000), kept: true },
    { url: '/v1/track', body: broken, kept: true },
    { body: '' },
    // What is compressed cannot be looked into, and what must not reach the disk could not be taken out.
    { body: gzipSync(whole).subarray(0, 20), headers: { 'content-encoding': 'gzip' } },
  ],
  invalid_body: [
    { body: '[1]', kept: true },
    { body: 'null', kept: true },
    { body: '{"batch":{}}', kept: true },
    { body: '{"event":"E","userId":"u"}', kept: true },
    { body: '{"batch":null}', kept: true },
    { body: gzipSync('{"batch":1}'), kept: '{"batch":1}' },
    { key: '', body: `{"writeKey":"${browserKey}","batch":"x"}`, kept: true },
    { body: '{"batch":[1],"batch":{}}', kept: true },
    { url: '/v1/track', body: '"x"', kept: true },
    { key: serverKey, body: '{"batch":0}', kept: true },
    { key: '', body: '[1]' },
  ],
  unknown_write_key: [
    { key: 'nb_nobody_has_this' },
    { key: '' },
    { key: 'nb_nobody_has_this', body: broken },
  ],
  origin_not_allowed: [
    { headers: { origin: 'https://evil.example' } },
    { headers: { origin: 'https://evil.example' }, body: '{"batch":{}}' },
    { headers: { origin: 'https://evil.example' }, body: broken },
    { key: serverKey, headers: { origin: page } },
  ],
  not_found: [{ url: '/v1/bacth' }],
  method_not_allowed: [{ method: 'PUT' }],
  request_timeout: [{ bytes: notInTime, config: { limits: { requestSeconds: 1 } } }],
  body_too_large: [{ body: 'x'.repeat(5000), config: { limits: { bodyBytes: 4000 } } }],
  headers_too_large: [
    { bytes: `POST /v1/batch HTTP/1.1\r\nHost: c\r\nCookie: ${'x'.repeat(40_000)}\r\n\r\n` },
  ],
  unsupported_encoding: [{ headers: { 'content-encoding': 'br' } }],
  rate_limited: [
    // The count may begin anew in between, once.
    { config: { sources: [{ ...testSources[0], requestsPerMinute: 1 }] }, times: 4 },
    { config: { limits: { requestsPerMinute: 1 } }, times: 4 },
  ],
  internal_error: [{ state: { append: () => Promise.reject(new TypeError('a fault of ours')) } }],
  spool_unavailable: [{ state: { append: () => Promise.reject(new NitkaError('spool_unavailable')) } }],
  overloaded: [{ state: { backpressure: busy('overloaded') } }],
  spool_full: [{ state: { backpressure: busy('spool_full') } }],
  shutting_down: [{ state: { backpressure: busy('shutting_down') } }],
};

const urlOf = ({ url = '/v1/batch', key = browserKey }: Request): string => `${url}?writeKey=${key}`;

const overSocket = async (port: number, bytes: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(bytes);
  return /"code":"(\w+)"/.exec(await text(socket))?.[1] ?? 'none';
};

const openQuick = (config: Record<string, unknown> = {}) =>
  openTestCollector({ destinations: [{ type: 'memory', name: 'memory' }], ...config }, undefined, {
    createDestination: async () => createMemoryDestination(),
  });

interface Kept {
  readonly code: string;
  readonly payload: Buffer;
}

const codeAndBody = ({ code, payload }: Kept): Kept => ({ code, payload });

interface Outcome {
  readonly code: string | undefined;
  readonly kept: readonly Kept[];
}

/** The code of the answer, and what is kept since. */
const ask = async (
  { app, spool, listen }: Pick<TestCollector, 'app' | 'spool' | 'listen'>,
  { bytes, times = 1, ...request }: Case,
): Promise<Outcome> => {
  const before = spool.rejects.list(99).length;
  const { method = 'POST', body = whole, headers = {} } = request;
  const codes: string[] = [];
  if (bytes !== undefined) codes.push(await overSocket(await listen(), bytes));
  else
    for (let time = 0; time < times; time += 1) {
      const answer = await app.inject({ method, url: urlOf(request), headers, payload: body });
      codes.push(answer.json<{ code?: string }>().code ?? 'none');
    }
  const kept = spool.rejects.list(spool.rejects.list(99).length - before);
  return { code: codes.find((code) => code !== 'none'), kept: kept.map(codeAndBody) };
};

/** The same of a collector in a state that no real one can be brought into at will. */
const askInState = async ({
  backpressure = busy(null),
  append,
}: NonNullable<Case['state']>): Promise<Outcome> => {
  const appended: Chunk[] = [];
  const config = parseConfig({ sources: testSources, log: { level: 'silent' } }, temporaryFolder());
  const spool = {
    append: async (chunk: Chunk) => {
      await append?.();
      appended.push(chunk);
      return { duplicates: 0 };
    },
  };
  const app = await buildApp(config, {
    ingest: createIngest({ config, spool, enrich: createEnrich('keep') }),
    backpressure,
    spool: { lag: () => 0 },
    loader: { troubles: () => new Map() },
    spoolTrouble: () => null,
    metrics: { answered: () => undefined } as unknown as AppParts['metrics'],
    clock: systemClock,
    onAccepted: () => undefined,
  });
  onTestFinished(() => app.close());
  const answer = await app.inject({ method: 'POST', url: urlOf({}), payload: whole });
  const entries = appended.flatMap((chunk) => chunk.entries);
  const kept = entries.flatMap((entry) => (isAccepted(entry) ? [] : [codeAndBody(entry)]));
  return { code: answer.json<{ code?: string }>().code, kept };
};

describe('a body that is answered with a code', () => {
  const elsewhere: readonly ErrorCode[] = ['operator_token_wrong'];

  it('has every code that a request can be answered with in the table here', () => {
    const ofRequests = Object.entries(errors).filter(([, { status }]) => status !== null);
    expect([...Object.keys(answers), ...elsewhere].sort()).toEqual(ofRequests.map(([code]) => code).sort());
  });

  it.each(Object.entries(answers))(
    '%s: is kept if its sender will not send it again',
    async (code, cases) => {
      const usual = await openQuick();
      for (const one of cases) {
        const outcome = one.state
          ? await askInState(one.state)
          : await ask(one.config ? await openQuick(one.config) : usual, one);
        const { body = '', kept } = one;
        const payload = kept === undefined ? null : Buffer.from(kept === true ? body : kept);
        expect({ one, ...outcome }).toEqual({ one, code, kept: payload === null ? [] : [{ code, payload }] });
      }
      expect(usual.balanced()).toBe(true);
    },
  );
});

describe('a body that comes as a pixel', () => {
  const pixel = async (data: string, key = browserKey, type = 'track') => {
    const collector = await openQuick();
    const encoded = Buffer.from(data).toString('base64url');
    const url = `/v1/pixel/${type}?writeKey=${key}&data=${encoded}`;
    const answer = await collector.app.inject({ method: 'GET', url });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'image/gif']);
    return collector.spool.rejects.list(9).map(({ code, payload }) => [code, payload.toString()]);
  };

  it('is kept, though the answer is an image', async () => {
    expect(await pixel('{"a":')).toEqual([['malformed_json', '{"a":']]);
    expect(await pixel('[1]')).toEqual([['invalid_body', '[1]']]);
    expect(await pixel('{"batch":{}}')).toEqual([['event_name_missing', '{"batch":{}}']]);
    expect(await pixel('{"a":', 'nb_nobody_has_this')).toEqual([]);
  });
});

it.each([0, 1])(
  'a key that is beyond its limit fills no rejects either, with %i workers',
  async (workers) => {
    const sources = [{ ...testSources[0], requestsPerMinute: 2 }];
    const { app, spool } = await openQuick({ sources, workers });
    for (const body of [broken, '{"batch":{}}']) {
      const codes: (string | undefined)[] = [];
      const before = spool.rejects.list(99).length;
      for (let time = 0; time < 6; time += 1) {
        const answer = await app.inject({ method: 'POST', url: urlOf({}), payload: body });
        codes.push(answer.json<{ code?: string }>().code);
      }
      expect(codes).toContain('rate_limited');
      // The minute may end in between.
      const kept = spool.rejects.list(99).length - before;
      expect(kept).toBe(codes.filter((code) => code !== 'rate_limited').length);
      expect(kept).toBeLessThanOrEqual(4);
    }
  },
);
