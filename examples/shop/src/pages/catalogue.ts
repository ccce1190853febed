import { categories, goods, type Category } from '../goods.ts';
import { html, markup, type Html } from '../html.ts';
import { pathIn } from '../languages.ts';
import type { Page, Visit } from '../layout.ts';
import { texts } from '../texts.ts';
import { productOf } from '../tracked.ts';
import { card } from './card.ts';

export const cataloguePage = (visit: Visit, category: Category | null): Page => {
  const { catalogue, nav, brand } = texts[visit.language];
  const shown = goods.filter((item) => !category || item.category === category);
  const title = category ? nav[category] : catalogue.title;
  const chip = (path: string, label: string): Html =>
    html`<a
      class="chip"
      href="${pathIn(visit.language, path)}"
      ${visit.path === path ? markup('aria-current="page"') : ''}
      >${label}</a
    >`;
  return {
    title: `${title} — ${brand}`,
    tracked: [
      [
        'track',
        'Product List Viewed',
        { list_id: category ?? 'all', products: shown.map((item) => productOf(item)) },
      ],
    ],
    content: html`<div class="wide">
      <div class="page-head">
        <h1>${title}</h1>
        <p class="quiet">${category ? catalogue.count(shown.length) : catalogue.lead}</p>
      </div>
      <nav class="chips" aria-label="${catalogue.title}">
        ${chip('/catalog', catalogue.all)} ${categories.map((one) => chip(`/catalog/${one}`, nav[one]))}
      </nav>
      <ul class="cards">
        ${shown.map((item) => card(visit, item))}
      </ul>
    </div>`,
  };
};
