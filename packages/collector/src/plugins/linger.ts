import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** How much of a refused body is still taken, and thrown away. */
const lingerBytes = 16 * 1024 * 1024;
/** Milliseconds for it in all, and without a byte. */
const lingerFor = 5000;
const silentFor = 1000;
/** After so much, or so many milliseconds, the answer goes out while the sender is still writing. */
const patientBytes = lingerBytes / 2;
const patientFor = 1000;

/** True while the sender may still be writing. HTTP/2 ends one stream and goes on with the others. */
export const isArriving = ({ raw }: FastifyRequest): boolean => raw.httpVersionMajor === 1 && !raw.complete;

/**
 * Answers when the body has come to its end, or after a moment; and closes the connection only then, or when the bounds above are
 * reached. A socket that is closed with bytes in it that nobody has read sends a reset, and the answer is lost with it: a proxy that is
 * still writing then says 502. And one that hears an answer early may do the same to its own client.
 * https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
export const answerAndLinger = (request: FastifyRequest, reply: FastifyReply, body: object): FastifyReply => {
  const { raw } = request;
  const text = JSON.stringify(body);
  const answer = new Readable({ read: () => undefined });
  let taken = 0;
  let said = false;
  // With its length the answer is whole for its reader as soon as this is sent.
  const say = (): void => {
    clearTimeout(moment);
    if (!said) answer.push(text);
    said = true;
  };
  const take = (chunk: Buffer): void => {
    taken += chunk.length;
    silence.refresh();
    if (taken > patientBytes) say();
    if (taken > lingerBytes) end();
  };
  const end = (): void => {
    clearTimeout(silence);
    clearTimeout(all);
    raw.off('data', take).off('end', end).off('close', end);
    say();
    answer.push(null);
  };
  const moment = setTimeout(say, patientFor).unref();
  const silence = setTimeout(end, silentFor).unref();
  const all = setTimeout(end, lingerFor).unref();
  raw.on('data', take).once('end', end).once('close', end);
  return reply
    .header('connection', 'close')
    .header('content-length', Buffer.byteLength(text))
    .type('application/json; charset=utf-8')
    .send(answer);
};
