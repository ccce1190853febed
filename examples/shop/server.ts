import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import proxy from '@fastify/http-proxy';
import files from '@fastify/static';
import { createTracker } from '@nitka/node';
import fastify, { type FastifyInstance } from 'fastify';
import { createCustomers } from './src/customers.ts';
import { languages } from './src/languages.ts';
import { createOrders } from './src/orders.ts';
import { missingPage } from './src/pages/plain.ts';
import { addRoutes } from './src/routes.ts';
import { show, visitOf } from './src/visit.ts';

export interface ShopOptions {
  /** Address of the collector, such as `http://127.0.0.1:8080`. */
  readonly collector: string;
  /** Write key of the `browser` source: it stands in the pages. */
  readonly browserKey: string;
  /** Write key of the `server` source of the shop's backend. */
  readonly serverKey: string;
}

/**
 * The collector answers under a path of the shop's own host, which is the best place for the visitor cookie that
 * script cannot read. The name of the path is free; it should look like nothing that is on a block list.
 */
const trackingPath = '/thread';

/** The shop, not yet listening. */
export const createShop = async (options: ShopOptions): Promise<FastifyInstance> => {
  const app = fastify({ logger: false, forceCloseConnections: true });
  const tracker = createTracker({
    endpoint: options.collector,
    writeKey: options.serverKey,
    // The one who starts the shop closes it.
    shutdown: false,
    flushInterval: 100,
  });
  app.addHook('onClose', async () => void (await tracker.close()));

  await app.register(cookie);
  await app.register(formbody);
  await app.register(files, { root: new URL('public', import.meta.url), prefix: '/assets/' });
  await app.register(proxy, {
    upstream: options.collector,
    prefix: trackingPath,
    replyOptions: {
      // The collector trusts this server to name the visitor's address.
      rewriteRequestHeaders: (request, headers) => ({ ...headers, 'x-forwarded-for': request.ip }),
    },
  });

  const parts = {
    customers: createCustomers(),
    orders: createOrders(tracker, Date.now),
    tracking: { writeKey: options.browserKey, path: trackingPath },
  };
  for (const language of languages) addRoutes(app, language, parts);
  app.setNotFoundHandler((request, reply) => {
    const language = request.url.startsWith('/en') ? 'en' : 'ru';
    const visit = visitOf(request, language, parts.customers, parts.tracking);
    return show(reply, { ...visit, path: '/' }, missingPage(visit));
  });
  return app;
};
