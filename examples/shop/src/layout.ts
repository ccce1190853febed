import { html, jsonForScript, markup, type Content, type Html } from './html.ts';
import { languages, pathIn, type Language } from './languages.ts';
import { texts } from './texts.ts';

/** One call of the tracker that a page makes when it is shown. */
export type TrackedCall = readonly [method: string, ...args: readonly unknown[]];

/** What every page knows. */
export interface Visit {
  readonly language: Language;
  /** The path without its language, such as `/catalog`. */
  readonly path: string;
  /** Things in the basket. */
  readonly basketCount: number;
  readonly customerName: string | null;
  readonly writeKey: string;
  /** Path under which the collector answers on the shop's own host. */
  readonly trackingPath: string;
}

export interface Page {
  readonly title: string;
  readonly content: Html;
  readonly tracked?: readonly TrackedCall[];
  readonly status?: number;
}

/** Nitka's script tag: it sends to the folder that the script came from. */
const trackingScript = ({ writeKey, trackingPath }: Visit): Html =>
  html`<script async src="${trackingPath}/nitka.js" data-write-key="${writeKey}"></script>`;

const link = (visit: Visit, path: string, label: Content, className = ''): Html => {
  const here = visit.path === path ? markup(' aria-current="page"') : '';
  return html`<a href="${pathIn(visit.language, path)}" class="${className}" ${here}>${label}</a>`;
};

const header = (visit: Visit): Html => {
  const { nav, brand, tagline, skip } = texts[visit.language];
  return html`<a class="skip" href="#content">${skip}</a>
    <header class="top">
      <div class="top-row wide">
        <a class="brand" href="${pathIn(visit.language, '/')}"
          ><span>${brand}</span><small>${tagline}</small></a
        >
        <nav class="sections" aria-label="${nav.label}">
          ${link(visit, '/catalog', nav.catalogue)} ${link(visit, '/catalog/light', nav.light)}
          ${link(visit, '/catalog/textile', nav.textile)} ${link(visit, '/catalog/details', nav.details)}
          ${link(visit, '/about', nav.about)} ${link(visit, '/contacts', nav.contacts)}
        </nav>
        <div class="own">
          <div class="tongues" role="group" aria-label="${nav.language}">
            ${languages.map(
              (language) =>
                html`<a
                  href="${pathIn(language, visit.path)}"
                  lang="${language}"
                  hreflang="${language}"
                  aria-label="${texts[language].languageName}"
                  ${visit.language === language ? markup('aria-current="true"') : ''}
                  >${language.toUpperCase()}</a
                >`,
            )}
          </div>
          ${link(visit, '/account', visit.customerName ?? nav.account, 'account')}
          ${link(
            visit,
            '/basket',
            html`${nav.basket}<span class="count" data-basket-count>${visit.basketCount}</span>`,
            'basket-link',
          )}
        </div>
      </div>
    </header>`;
};

const footer = (visit: Visit): Html => {
  const { brand, tagline, nav, contacts, footer: own } = texts[visit.language];
  return html`<footer class="bottom">
    <div class="wide bottom-row">
      <div>
        <p class="brand"><span>${brand}</span><small>${tagline}</small></p>
        <p class="quiet">${own.note}</p>
      </div>
      <div>
        <h2>${own.buy}</h2>
        <ul>
          <li>${link(visit, '/catalog', nav.catalogue)}</li>
          <li>${link(visit, '/basket', nav.basket)}</li>
          <li>${link(visit, '/account', nav.account)}</li>
          <li>${link(visit, '/about', nav.about)}</li>
          <li>${link(visit, '/contacts', nav.contacts)}</li>
        </ul>
      </div>
      <div>
        <h2>${own.places}</h2>
        <ul>
          ${contacts.shops.map((shop) => html`<li>${shop.address}<br /><span class="quiet">${shop.hours}</span></li>`)}
          <li>${contacts.phone}</li>
        </ul>
      </div>
    </div>
  </footer>`;
};

/** The whole document of a page. */
export const documentOf = (visit: Visit, page: Page): string =>
  html`<!doctype html>
    <html lang="${visit.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light" />
        <meta name="description" content="${texts[visit.language].home.text}" />
        <title>${page.title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/assets/shop.css" />
        ${trackingScript(visit)}
        <script type="application/json" id="tracked">
          ${jsonForScript(page.tracked ?? [])}
        </script>
        <script type="module" src="/assets/shop.js"></script>
      </head>
      <body>
        ${header(visit)}
        <main id="content">${page.content}</main>
        ${footer(visit)}
      </body>
    </html>`.markup;
