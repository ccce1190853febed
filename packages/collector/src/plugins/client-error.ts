import type { ConnectionError } from 'fastify';
import type { Socket } from 'node:net';
import type { ErrorCode } from '@nitka/core';
import { errorBody, statusOf } from '../errors.ts';

/** https://nodejs.org/api/http.html#event-clienterror */
const codes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

const phrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Answers what is no HTTP, or came too slowly, with a code, too: some clients send a body without one for ever. */
export const answerClientError = (error: ConnectionError, socket: Socket): void => {
  // There is nobody left to tell.
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  // A request before this one on the same connection still waits for its answer, and would take this one for it: its sender would
  // drop events that were fine. Without an answer it sends them again. Node looks at the same field (lib/_http_server.js, socketOnError).
  // One that has not arrived in whole is the one at fault, and is told.
  const { _httpMessage: waiting } = socket as Socket & {
    _httpMessage?: { headersSent?: boolean; req?: { complete?: boolean } } | null;
  };
  // Its answer is out already: the rest of a body over the limit.
  if (waiting?.headersSent === true) return socket.destroySoon();
  if (waiting?.req?.complete === true) return void socket.destroy();
  const code = codes[error.code] ?? 'malformed_json';
  const status = statusOf(code);
  const body = JSON.stringify(errorBody(code));
  socket.end(
    [
      `HTTP/1.1 ${status} ${phrases[status] ?? 'Bad Request'}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
  // A client that reads no answer holds no socket. Not at once: a reset would take the answer along.
  setTimeout(() => socket.destroy(), 5000).unref();
};
