import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** Whether a request may see what is the operator's alone. */
export type IsOperator = (request: Pick<FastifyRequest, 'headers'>) => boolean;

/** With a token: who sends it as Bearer, compared in constant time. Without one: everybody who reaches the listener. */
export const createIsOperator = (tokenSha256: string | null): IsOperator => {
  if (tokenSha256 === null) return () => true;
  const expected = Buffer.from(tokenSha256, 'hex');
  return ({ headers }) => {
    const [, token] = /^bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
    if (token === undefined || token.length > 200) return false;
    return timingSafeEqual(createHash('sha256').update(token).digest(), expected);
  };
};
