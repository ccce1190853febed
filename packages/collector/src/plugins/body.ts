import { gunzip } from 'node:zlib';
import { NitkaError } from '@nitka/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const inflate = (bytes: Buffer, maxOutputLength: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    gunzip(bytes, { maxOutputLength }, (error, plain) => {
      if (!error) resolve(plain);
      else
        reject(
          new NitkaError(
            (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
              ? 'body_too_large'
              : 'malformed_json',
          ),
        );
    });
  });

const anyBytes = 'application/octet-stream';

/** Takes every body as bytes: the content type is no guide to what clients really send. */
export const registerBody = (app: FastifyInstance): void => {
  app.addHook('onRequest', (request, _reply, done) => {
    // Fastify answers 415 to a content type that it cannot read, before any parser is asked.
    // Without one it takes a body of HTTP/2, which has no length and no transfer encoding, for none.
    if (request.headers['content-type'] !== undefined || request.raw.httpVersionMajor === 2)
      request.headers['content-type'] = anyBytes;
    done();
  });
  app.removeAllContentTypeParsers();
  // By its name, too: for '*' alone Fastify takes the content type apart at each request.
  app.addContentTypeParser([anyBytes, '*'], { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
};

const nothing = Buffer.alloc(0);

/**
 * The request's body, decompressed; a promise only where that takes time.
 *
 * @throws NitkaError `unsupported_encoding`, `body_too_large` (a bomb, too) or `malformed_json`
 */
export const readBody = (request: FastifyRequest, maxBytes: number): Buffer | Promise<Buffer> => {
  const body = Buffer.isBuffer(request.body) ? request.body : nothing;
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'gzip' || encoding === 'x-gzip') return isGzip(body) ? inflate(body, maxBytes) : body;
  if (encoding !== 'identity' && encoding !== '') throw new NitkaError('unsupported_encoding');
  // RudderStack's Node client compresses and calls it a form.
  return isGzip(body) ? inflate(body, maxBytes) : body;
};
