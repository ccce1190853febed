import { countOf, courierPrice, priceOf, type BasketLine } from '../basket.ts';
import { html, markup, type Html } from '../html.ts';
import { pathIn, roubles } from '../languages.ts';
import type { Page, Visit } from '../layout.ts';
import { texts } from '../texts.ts';
import { productsOf } from '../tracked.ts';
import { nameField, phoneField } from './call-back.ts';

const stepper = (visit: Visit, { item, quantity }: BasketLine): Html => {
  const { basket } = texts[visit.language];
  const button = (by: number, label: string, sign: string): Html =>
    html`<button name="by" value="${by}" aria-label="${label}: ${item.name[visit.language]}">
      ${sign}
    </button>`;
  return html`<form class="stepper" method="post" action="${pathIn(visit.language, '/basket/change')}">
    <input type="hidden" name="slug" value="${item.slug}" />
    ${button(-1, quantity === 1 ? basket.remove : basket.less, '−')}
    <span>${quantity}</span>
    ${button(1, basket.more, '+')}
  </form>`;
};

const emptyPage = (visit: Visit): Page => {
  const { basket, brand, home } = texts[visit.language];
  return {
    title: `${basket.title} — ${brand}`,
    content: html`<div class="wide narrow-page">
      <h1>${basket.empty}</h1>
      <p>${basket.emptyText}</p>
      <p><a class="button" href="${pathIn(visit.language, '/catalog')}">${home.browse}</a></p>
    </div>`,
  };
};

export const basketPage = (visit: Visit, lines: readonly BasketLine[]): Page => {
  if (countOf(lines) === 0) return emptyPage(visit);
  const { language } = visit;
  const { basket, brand, fields } = texts[language];
  const price = priceOf(lines);
  return {
    title: `${basket.title} — ${brand}`,
    tracked: [['track', 'Cart Viewed', { products: productsOf(lines) }]],
    content: html`<div class="wide">
      <div class="page-head"><h1>${basket.title}</h1></div>
      <div class="checkout">
        <div>
          <ul class="lines">
            ${lines.map(
              (line) =>
                html`<li>
                  <div class="thumb">${markup(line.item.drawing)}</div>
                  <div>
                    <a href="${pathIn(language, `/goods/${line.item.slug}`)}">${line.item.name[language]}</a>
                    <p class="quiet">${line.item.line[language]}</p>
                  </div>
                  ${stepper(visit, line)}
                  <p class="price">${roubles(line.item.price * line.quantity, language)}</p>
                </li>`,
            )}
          </ul>
          <dl class="sums">
            <dt>${basket.goods}</dt>
            <dd>${roubles(price, language)}</dd>
            <dt>${basket.delivery}</dt>
            <dd>${roubles(courierPrice, language)}</dd>
            <dt class="total">${basket.total}</dt>
            <dd class="total">${roubles(price + courierPrice, language)}</dd>
          </dl>
        </div>
        <form class="card-form" method="post" action="${pathIn(language, '/checkout')}">
          <h2>${basket.checkout}</h2>
          ${nameField(visit)} ${phoneField(visit)}
          <label class="field">
            <span>${fields.email} <small>${fields.optional}</small></span>
            <input type="email" name="email" autocomplete="email" maxlength="200" />
          </label>
          <label class="field">
            <span>${fields.address}</span>
            <input name="address" autocomplete="street-address" maxlength="200" required />
          </label>
          <button class="button">${basket.place}</button>
          <p class="quiet small">${basket.agree}</p>
        </form>
      </div>
    </div>`,
  };
};
