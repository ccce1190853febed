import { gzipSync } from 'node:zlib';
import type { Random } from '../random.ts';
import { newId } from '../collector/ids.ts';
import { createValues } from './values.ts';

/** One request as bytes, and what is known of its answer. */
export interface Hostile {
  readonly bytes: Buffer;
  readonly method: string;
  /** In few words, for a report. */
  readonly what: string;
  /** messageIds of events without a fault: they must arrive. */
  readonly good: readonly string[] | null;
  /** Not HTTP, or not whole: any number of answers may follow, then the end. */
  readonly isBroken: boolean;
}

export interface Keys {
  readonly site: string;
  readonly till: string;
}

const routes = [
  'batch',
  'b',
  'import',
  'track',
  't',
  'page',
  'p',
  'screen',
  's',
  'identify',
  'i',
  'group',
  'g',
  'alias',
  'a',
];
const others = ['/', '/beacon/v1/batch', '/v1/visitor', '/visitor', '/nitka.js', '/nitka.clicks.js', '/nitka..%2f..%2fpasswd.js', '/healthz',
  '/readyz', '/metrics', '/openapi.json', '/sourceConfig', '/favicon.ico', '/v1', '/v1/', '//', '/v1//batch', '/%', '/%zz', '/%00',
  '/v1/batch/..', '/../../etc/passwd', '/v1/%62atch', '/v1/batch%00', '/v1/batch/', '*', '/constructor', '/__proto__', '/v2/batch',
  `/${'a'.repeat(2000)}`, `/${'a/'.repeat(500)}`, '/v1/projects/x/settings', '/v1/projects/%00/settings', '/v1/projects/__proto__/settings']; // prettier-ignore
const methods = ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND', 'SEARCH', 'PURGE'];

export const createGenerator = (random: Random, seed: number, keys: Keys, origin: string) => {
  const values = createValues(random, seed);
  const pick = <T>(from: readonly T[]): T => from[random.between(0, from.length - 1)]!;
  const bombs = [
    gzipSync(Buffer.alloc(20_000_000)),
    gzipSync(Buffer.from(`[${'['.repeat(2_000_000)}`)),
    gzipSync(gzipSync(Buffer.alloc(5_000_000))),
  ];
  const noise = (bytes: number): Buffer =>
    Buffer.from(Array.from({ length: bytes }, () => random.between(0, 255)));
  const junk = (): string =>
    pick([
      '',
      'x',
      '\u00ff',
      '%00',
      '"',
      "'",
      ',',
      ';;=;',
      'a'.repeat(random.between(1, 3000)),
      '-1',
      '0x10',
      '1e9',
      'null',
      '__proto__',
      '\t',
      '😀',
    ]);

  const authorization = (): string | null => {
    const basic = (raw: string): string => `Basic ${Buffer.from(raw, 'latin1').toString('base64')}`;
    return pick([
      () => basic(`${keys.till}:`),
      () => basic(`${keys.site}:`),
      () => `Bearer ${keys.till}`,
      () => `bearer  ${keys.till}`,
      () => basic(junk()),
      () => `Basic ${junk()}`,
      () => `Digest ${junk()}`,
      junk,
      () => null,
      () => basic('a'.repeat(1000)),
    ])();
  };

  const headerPool: readonly (() => string)[] = [
    () =>
      `Cookie: vid=${pick([junk(), newId(), '019aa7d0-0000-7000-8000-0000000000aa'])}; vid_a1=${junk().replace(/[^\x20-\x7e]/g, '')}; ${'c=d; '.repeat(random.between(0, 300))}`,
    () => `Cookie: ${junk()}=${junk()}; __proto__=1; constructor=2`,
    () =>
      `Origin: ${pick([origin, 'null', 'http://[', 'https://evil.example', junk(), `${origin}.evil.example`])}`,
    () =>
      `Content-Type: ${pick(['application/json', 'text/plain;charset=UTF-8', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', junk(), 'application/json; charset=utf-16'])}`,
    () =>
      `Content-Encoding: ${pick(['gzip', 'br', 'deflate', 'identity', 'gzip, gzip', junk(), 'GZIP', ''])}`,
    () => `X-Forwarded-For: ${pick([junk(), '1.2.3.4, ::1', '127.0.0.1'])}`,
    () => `X-Forwarded-Proto: ${junk()}`,
    () => `Accept-Encoding: ${pick(['gzip', 'br;q=0', '*', junk()])}`,
    () => `If-None-Match: ${junk()}`,
    () => `User-Agent: ${pick([junk(), 'curl/8', 'Mozilla/5.0 '.repeat(200), 'Googlebot/2.1'])}`,
    () => `Access-Control-Request-Method: ${pick(['POST', 'PUT', junk()])}`,
    () => `Access-Control-Request-Headers: ${junk()}`,
    () => `X-Retry-Count: ${junk()}`,
    () => `Range: bytes=${junk()}`,
    () => `Referer: ${junk()}`,
    () => `${pick(['__proto__', 'constructor', 'x'.repeat(500)])}: ${junk()}`,
  ];
  // A header's value may hold any visible character, tab, and bytes from 0x80 (RFC 9110 §5.5).
  const clean = (header: string): string => header.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?');

  const query = (): string =>
    pick([
      () => '',
      () => `?writeKey=${keys.till}`,
      () => `?writeKey=${keys.site}&writeKey=2`,
      () => `?writeKey[]=${keys.till}&writeKey[__proto__]=1`,
      () => `?__proto__[polluted]=1&constructor[prototype][polluted]=1`,
      () => `?${'&'.repeat(500)}`,
      () => `?data=${Buffer.from(values.event()).toString('base64url').slice(0, 12_000)}`,
      () => `?data=${encodeURIComponent(junk())}`,
      () => '?%zz=%&=%00',
    ])();

  const path = (): string => {
    const dice = random.next();
    if (dice < 0.6) return `${pick(['/v1/', '/'])}${pick(routes)}${random.chance(0.8) ? '' : query()}`;
    if (dice < 0.7)
      return `${pick(['/v1', ''])}/pixel/${pick(['track', 'page', 't', 'x', '__proto__'])}${query()}`;
    return `${pick(others)}${random.chance(0.7) ? '' : query()}`;
  };

  const body = (): Buffer => {
    const dice = random.next();
    if (dice < 0.001) return pick(bombs);
    if (dice < 0.03) return noise(random.between(0, 300));
    let plain = Buffer.from(values.body());
    if (random.chance(0.05) && plain.length > 0)
      plain.fill(random.between(0x80, 0xff), random.between(0, plain.length - 1), undefined);
    if (random.chance(0.05)) plain = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), plain]);
    if (random.chance(0.05)) {
      for (let n = 0; n < 4; n++)
        if (plain.length > 0) plain[random.between(0, plain.length - 1)] = random.between(0, 255);
    }
    if (random.chance(0.12)) {
      const zipped = gzipSync(plain, { level: 1 });
      if (random.chance(0.2)) return zipped.subarray(0, random.between(0, zipped.length));
      return random.chance(0.2) ? Buffer.concat([zipped, noise(9)]) : zipped;
    }
    return plain;
  };

  const chunked = (bytes: Buffer): Buffer => {
    const parts: Buffer[] = [];
    for (let at = 0; at < bytes.length;) {
      const length = Math.min(bytes.length - at, random.between(1, 4096));
      const extension = random.chance(0.1) ? `;x=${'y'.repeat(random.between(0, 50))}` : '';
      parts.push(
        Buffer.from(`${length.toString(16)}${extension}\r\n`),
        bytes.subarray(at, at + length),
        Buffer.from('\r\n'),
      );
      at += length;
    }
    const trailer = random.chance(0.1) ? 'X-Trailer: 1\r\n' : '';
    return Buffer.concat([...parts, Buffer.from(`0\r\n${trailer}\r\n`)]);
  };

  const sound = (): Hostile => {
    const method = random.chance(0.85) ? 'POST' : pick(methods);
    const target = path();
    const lines = [
      `${method} ${target} HTTP/1.1`,
      `Host: ${random.chance(0.95) ? 'shop.localhost' : clean(junk()).trim() || 'x'}`,
    ];
    const auth = authorization();
    if (auth !== null) lines.push(clean(`Authorization: ${auth}`));
    while (random.chance(0.45)) lines.push(clean(pick(headerPool)()));
    const hasBody = method !== 'GET' && method !== 'HEAD' && method !== 'TRACE';
    const bytes = hasBody ? body() : Buffer.alloc(0);
    const isChunked = hasBody && random.chance(0.15);
    if (isChunked) lines.push('Transfer-Encoding: chunked');
    else if (hasBody) lines.push(`Content-Length: ${bytes.length}`);
    const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
    const what = `${method} ${target.slice(0, 60)} ${lines.slice(2).join(' | ').slice(0, 200)} ⏎ ${bytes.subarray(0, 200).toString('latin1')}`;
    return {
      bytes: Buffer.concat([head, isChunked ? chunked(bytes) : bytes]),
      method,
      what,
      good: null,
      isBroken: false,
    };
  };

  const good = (): Hostile => {
    const ids = Array.from({ length: random.between(1, 5) }, newId);
    const events = ids.map((messageId) => ({
      type: 'track',
      event: 'Good',
      userId: 'good',
      messageId,
      properties: { n: 1 },
    }));
    const text = Buffer.from(JSON.stringify({ batch: events, sentAt: new Date().toISOString() }));
    const bytes = random.chance(0.2) ? gzipSync(text) : text;
    const head = `POST /v1/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keys.till}\r\nContent-Length: ${bytes.length}\r\n\r\n`;
    return {
      bytes: Buffer.concat([Buffer.from(head), bytes]),
      method: 'POST',
      what: 'good',
      good: ids,
      isBroken: false,
    };
  };

  const breakers: readonly ((whole: Buffer) => Buffer)[] = [
    (whole) => whole.subarray(0, random.between(1, whole.length)),
    (whole) => Buffer.concat([noise(random.between(1, 40)), whole]),
    (whole) => {
      const copy = Buffer.from(whole);
      for (let n = random.between(1, 8); n > 0; n--)
        copy[random.between(0, Math.min(copy.length - 1, 300))] = random.between(0, 255);
      return copy;
    },
    () =>
      Buffer.from(
        `GET / HTTP/1.1\r\nHost: x\r\n${`X-${'h'.repeat(100)}: ${'v'.repeat(1000)}\r\n`.repeat(60)}\r\n`,
      ),
    () => Buffer.from(`GET /${'u'.repeat(70_000)} HTTP/1.1\r\nHost: x\r\n\r\n`),
    () =>
      Buffer.from(
        'POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ),
    () =>
      Buffer.from(
        'POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}   ',
      ),
    () => Buffer.from('POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}'),
    () => Buffer.from('POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n{}'),
    () =>
      Buffer.from(
        'POST /v1/batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n',
      ),
    () =>
      Buffer.from(
        'POST /v1/batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}',
      ),
    () => Buffer.from('POST /v1/batch HTTP/1.1\r\n\r\n'),
    () => Buffer.from('POST /v1/batch HTTP/1.0\r\n\r\n'),
    () => Buffer.from('POST /v1/batch HTTP/9.9\r\nHost: x\r\n\r\n'),
    () => Buffer.from('GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n'),
    () => Buffer.from('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'),
    // Alone: Node puts its 100 between the bytes of an answer that is still on its way.
    () =>
      Buffer.from(
        'POST /v1/batch HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}',
      ),
    () => Buffer.from('POST /v1/batch HTTP/1.1\r\nHost: x\r\nExpect: x\r\nContent-Length: 2\r\n\r\n{}'),
    () => Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    () => Buffer.from('GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
    () => Buffer.from('GET / HTTP/1.1\r\nHost : x\r\nFoo\r\n bar\r\n\r\n'),
    () => Buffer.from('\r\n\r\n\r\nGET /healthz HTTP/1.1\nHost: x\n\n'),
    () => Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]),
    () => noise(random.between(1, 2000)),
  ];

  const broken = (): Hostile => ({
    bytes: pick(breakers)(sound().bytes),
    method: '',
    what: 'broken HTTP',
    good: null,
    isBroken: true,
  });

  return { sound, good, broken };
};
