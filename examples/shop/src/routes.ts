import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { changeBasket, courierPrice, priceOf, writeBasket } from './basket.ts';
import type { Customers } from './customers.ts';
import { categories, itemBySlug, type Category } from './goods.ts';
import { pathIn, type Language } from './languages.ts';
import type { Page, Visit } from './layout.ts';
import type { Orders } from './orders.ts';
import { accountPage, loginPage } from './pages/account.ts';
import { basketPage } from './pages/basket.ts';
import { cataloguePage } from './pages/catalogue.ts';
import { homePage } from './pages/home.ts';
import { aboutPage, contactsPage, missingPage, thanksPage } from './pages/plain.ts';
import { productPage } from './pages/product.ts';
import { basketOf, cookieNames, cookieOptions, show, visitOf, type Tracking } from './visit.ts';

export interface ShopParts {
  readonly customers: Customers;
  readonly orders: Orders;
  readonly tracking: Tracking;
}

const field = (request: FastifyRequest, name: string): string => {
  const value = (request.body as Record<string, unknown> | null)?.[name];
  return typeof value === 'string' ? value.slice(0, 300) : '';
};

const asked = (request: FastifyRequest, name: string): boolean =>
  Object.hasOwn(request.query as Record<string, unknown>, name);

/** All pages and forms in one language. */
export const addRoutes = (app: FastifyInstance, language: Language, parts: ShopParts): void => {
  const { customers, orders, tracking } = parts;
  const at = (path: string): string => pathIn(language, path);

  const get = (
    path: string,
    page: (visit: Visit, request: FastifyRequest, reply: FastifyReply) => Page,
  ): void => {
    app.get(at(path), (request, reply) => {
      const visit = visitOf(request, language, customers, tracking);
      return show(reply, visit, page(visit, request, reply));
    });
  };

  get('/', (visit, request) => homePage(visit, asked(request, 'called')));
  get('/about', aboutPage);
  get('/contacts', (visit, request) => contactsPage(visit, asked(request, 'called')));
  get('/catalog', (visit) => cataloguePage(visit, null));
  get('/catalog/:category', (visit, request) => {
    const { category } = request.params as { category: string };
    return categories.includes(category as Category)
      ? cataloguePage(visit, category as Category)
      : missingPage(visit);
  });
  get('/goods/:slug', (visit, request) => {
    const item = itemBySlug((request.params as { slug: string }).slug);
    return item ? productPage(visit, item, asked(request, 'added')) : missingPage(visit);
  });
  get('/basket', (visit, request) => basketPage(visit, basketOf(request)));
  get('/thanks/:order', (visit, request) => thanksPage(visit, (request.params as { order: string }).order));
  get('/account', (visit, request) => {
    const customer = customers.bySession(request.cookies[cookieNames.session]);
    return customer
      ? accountPage(visit, customer, asked(request, 'in'))
      : loginPage(visit, asked(request, 'out'));
  });

  const change =
    (by: number) =>
    (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
      const item = itemBySlug(field(request, 'slug'));
      if (!item) return reply.redirect(at('/basket'), 303);
      const lines = changeBasket(basketOf(request), item, by || (field(request, 'by') === '1' ? 1 : -1));
      reply.setCookie(cookieNames.basket, writeBasket(lines), cookieOptions);
      return reply.redirect(by ? `${at(`/goods/${item.slug}`)}?added` : at('/basket'), 303);
    };
  app.post(at('/basket/add'), change(1));
  app.post(at('/basket/change'), change(0));

  app.post(at('/call-back'), (request, reply) =>
    reply.redirect(`${at(field(request, 'from') === '/contacts' ? '/contacts' : '/')}?called#call-back`, 303),
  );

  app.post(at('/checkout'), async (request, reply) => {
    const lines = basketOf(request);
    if (lines.length === 0) return reply.redirect(at('/basket'), 303);
    const customer = customers.bySession(request.cookies[cookieNames.session]);
    const order = { number: orders.nextNumber(), total: priceOf(lines) + courierPrice };
    customer?.orders.push(order);
    orders.placed({
      ...order,
      lines,
      shipping: courierPrice,
      customerId: customer?.id ?? null,
      phone: field(request, 'phone'),
      email: field(request, 'email'),
    });
    reply.clearCookie(cookieNames.basket, cookieOptions);
    return reply.redirect(at(`/thanks/${order.number}`), 303);
  });

  app.post(at('/account/login'), (request, reply) => {
    const email = field(request, 'email');
    if (!/^\S+@\S+\.\S+$/.test(email)) return reply.redirect(at('/account'), 303);
    reply.setCookie(cookieNames.session, customers.login(email).session, cookieOptions);
    return reply.redirect(`${at('/account')}?in`, 303);
  });

  app.post(at('/account/logout'), (request, reply) => {
    customers.logout(request.cookies[cookieNames.session]);
    reply.clearCookie(cookieNames.session, cookieOptions);
    return reply.redirect(`${at('/account')}?out`, 303);
  });
};
