import type { Item } from '../goods.ts';
import { html, markup, type Html } from '../html.ts';
import { pathIn, roubles } from '../languages.ts';
import type { Visit } from '../layout.ts';
import { texts } from '../texts.ts';

/** One thing in a list. */
export const card = (visit: Visit, item: Item): Html => {
  const { language } = visit;
  return html`<li class="card">
    <a href="${pathIn(language, `/goods/${item.slug}`)}">
      <div class="picture">
        ${markup(item.drawing)}${item.isNew ? html`<span class="badge">${texts[language].catalogue.isNew}</span>` : ''}
      </div>
      <div class="card-text">
        <h3>${item.name[language]}</h3>
        <p class="quiet">${item.line[language]}</p>
        <p class="price">${roubles(item.price, language)}</p>
      </div>
    </a>
  </li>`;
};
