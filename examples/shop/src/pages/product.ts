import { goods, type Item } from '../goods.ts';
import { html, markup } from '../html.ts';
import { pathIn, roubles } from '../languages.ts';
import type { Page, Visit } from '../layout.ts';
import { texts } from '../texts.ts';
import { productOf } from '../tracked.ts';
import { card } from './card.ts';

/** Things shown beside this one: the next of each other category. */
const relatedTo = (item: Item): Item[] => {
  const start = goods.indexOf(item);
  const following = goods.map((_, i) => goods[(start + i + 1) % goods.length]!);
  const others = following.filter((other) => other.category !== item.category);
  return others
    .filter((other, i) => others.findIndex((one) => one.category === other.category) === i || i > 4)
    .slice(0, 4);
};

export const productPage = (visit: Visit, item: Item, added: boolean): Page => {
  const { language } = visit;
  const { product, nav, brand } = texts[language];
  return {
    title: `${item.name[language]} — ${brand}`,
    tracked: [
      ['track', 'Product Viewed', productOf(item)],
      ...(added ? [['track', 'Product Added', productOf(item, 1)] as const] : []),
    ],
    content: html`<div class="wide">
      <nav class="crumbs">
        <a href="${pathIn(language, '/catalog')}">${product.back}</a> <span aria-hidden="true">/</span>
        <a href="${pathIn(language, `/catalog/${item.category}`)}">${nav[item.category]}</a>
      </nav>
      <article class="product">
        <div class="picture">${markup(item.drawing)}</div>
        <div class="product-text">
          <h1>${item.name[language]}</h1>
          <p class="quiet">${item.line[language]}</p>
          <p class="price">${roubles(item.price, language)}</p>
          <p class="about">${item.about[language]}</p>
          <form method="post" action="${pathIn(language, '/basket/add')}">
            <input type="hidden" name="slug" value="${item.slug}" />
            <button class="button">${product.add}</button>
          </form>
          ${
            added
              ? html`<p class="note" role="status">
                  ${product.added}. <a href="${pathIn(language, '/basket')}">${nav.basket}</a>
                </p>`
              : ''
          }
          <ul class="stock">
            <li>${product.stock}</li>
            <li>${product.delivery}</li>
          </ul>
          <h2>${product.facts}</h2>
          <ul class="facts">
            ${item.facts[language].map((fact) => html`<li>${fact}</li>`)}
          </ul>
        </div>
      </article>
      <section class="block">
        <div class="heading"><h2>${product.related}</h2></div>
        <ul class="cards">
          ${relatedTo(item).map((other) => card(visit, other))}
        </ul>
      </section>
    </div>`,
  };
};
