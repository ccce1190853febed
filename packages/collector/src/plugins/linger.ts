import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** How much of a refused body is still taken, and thrown away. */
const lingerBytes = 16 * 1024 * 1024;
/** Milliseconds for it in all, and without a byte. */
const lingerFor = 5000;
const silentFor = 1000;

/** True while the sender may still be writing. HTTP/2 ends one stream and goes on with the others. */
export const isArriving = ({ raw }: FastifyRequest): boolean => raw.httpVersionMajor === 1 && !raw.complete;

/**
 * Answers, and closes the connection only when the body has come to its end, or the bounds above are reached. A socket that is closed
 * with bytes in it that nobody has read sends a reset, and the answer is lost with it: a proxy that is still writing then says 502.
 * https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
export const answerAndLinger = (request: FastifyRequest, reply: FastifyReply, body: object): FastifyReply => {
  const { raw } = request;
  const text = JSON.stringify(body);
  const answer = new Readable({ read: () => undefined });
  let taken = 0;
  const take = (chunk: Buffer): void => {
    taken += chunk.length;
    silence.refresh();
    if (taken > lingerBytes) end();
  };
  const end = (): void => {
    clearTimeout(silence);
    clearTimeout(all);
    raw.off('data', take).off('end', end).off('close', end);
    answer.push(null);
  };
  const silence = setTimeout(end, silentFor).unref();
  const all = setTimeout(end, lingerFor).unref();
  // With its length the answer is whole for its reader as soon as this is sent.
  answer.push(text);
  raw.on('data', take).once('end', end).once('close', end);
  return reply
    .header('connection', 'close')
    .header('content-length', Buffer.byteLength(text))
    .type('application/json; charset=utf-8')
    .send(answer);
};
