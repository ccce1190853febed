import type { FastifyInstance } from 'fastify';

/** https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html: what an API that no page frames answers with. */
const always = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  // Pages of the site, on whatever host, load the script and the pixel.
  'cross-origin-resource-policy': 'cross-origin',
  // A route that may be kept says so itself.
  'cache-control': 'no-store',
} as const;

/** Only where the collector itself answers over TLS: behind a proxy the host may be the site's, and this is the site's to say. */
const withTls = { ...always, 'strict-transport-security': 'max-age=31536000' } as const;

export const registerSecurityHeaders = (app: FastifyInstance, ownTls: boolean): void => {
  const headers = ownTls ? withTls : always;
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
};
