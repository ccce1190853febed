import type { FastifyReply, FastifyRequest } from 'fastify';
import { countOf, readBasket, type BasketLine } from './basket.ts';
import type { Customers } from './customers.ts';
import type { Language } from './languages.ts';
import { documentOf, type Page, type Visit } from './layout.ts';
import { texts } from './texts.ts';

export interface Tracking {
  readonly writeKey: string;
  /** Path under which the collector answers on the shop's own host. */
  readonly path: string;
}

export const cookieNames = { basket: 'tiho_basket', session: 'tiho_session' } as const;

/** Script cannot read them, and they do not leave the shop's own pages. */
export const cookieOptions = { path: '/', httpOnly: true, sameSite: 'lax', maxAge: 30 * 24 * 3600 } as const;

export const basketOf = (request: FastifyRequest): BasketLine[] =>
  readBasket(request.cookies[cookieNames.basket]);

export const visitOf = (
  request: FastifyRequest,
  language: Language,
  customers: Customers,
  tracking: Tracking,
): Visit => {
  const address = request.url.split('?')[0]!;
  const customer = customers.bySession(request.cookies[cookieNames.session]);
  return {
    language,
    path: (language === 'ru' ? address : address.replace(/^\/en/, '')) || '/',
    basketCount: countOf(basketOf(request)),
    customerName: customer && texts[language].nav.account,
    writeKey: tracking.writeKey,
    trackingPath: tracking.path,
  };
};

export const show = (reply: FastifyReply, visit: Visit, page: Page): FastifyReply =>
  reply
    .code(page.status ?? 200)
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(documentOf(visit, page));
