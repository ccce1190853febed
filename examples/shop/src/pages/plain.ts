import { html } from '../html.ts';
import { pathIn } from '../languages.ts';
import type { Page, Visit } from '../layout.ts';
import { texts } from '../texts.ts';
import { callBackForm } from './call-back.ts';

export const aboutPage = (visit: Visit): Page => {
  const { about, brand } = texts[visit.language];
  return {
    title: `${about.title} — ${brand}`,
    content: html`<div class="wide reading">
      <h1>${about.lead}</h1>
      <div>${about.paragraphs.map((paragraph) => html`<p>${paragraph}</p>`)}</div>
      <dl class="figures">
        ${about.figures.map(
          ([figure, what]) =>
            html`<div>
              <dt>${what}</dt>
              <dd>${figure}</dd>
            </div>`,
        )}
      </dl>
    </div>`,
  };
};

export const contactsPage = (visit: Visit, callBackDone: boolean): Page => {
  const { contacts, brand } = texts[visit.language];
  return {
    title: `${contacts.title} — ${brand}`,
    content: html`<div class="wide">
        <div class="page-head"><h1>${contacts.title}</h1></div>
        <div class="shops">
          ${contacts.shops.map(
            (shop) =>
              html`<section>
                <h2>${shop.name}</h2>
                <p>${shop.address}</p>
                <p class="quiet">${shop.hours}<br />${shop.note}</p>
              </section>`,
          )}
          <section>
            <h2>${contacts.write}</h2>
            <p><a href="tel:${contacts.phone.replace(/[^+\d]/g, '')}">${contacts.phone}</a></p>
            <p><a href="mailto:${contacts.mail}">${contacts.mail}</a></p>
          </section>
        </div>
      </div>
      ${callBackForm(visit, callBackDone)}`,
  };
};

export const thanksPage = (visit: Visit, order: string): Page => {
  const { thanks, brand } = texts[visit.language];
  return {
    title: `${thanks.title} — ${brand}`,
    content: html`<div class="wide narrow-page">
      <h1>${thanks.title}</h1>
      <p>${thanks.number}: <b>${order}</b></p>
      <p>${thanks.text}</p>
      <p><a class="button plain" href="${pathIn(visit.language, '/catalog')}">${thanks.again}</a></p>
    </div>`,
  };
};

export const missingPage = (visit: Visit): Page => {
  const { missing, brand, home } = texts[visit.language];
  return {
    title: `${missing.title} — ${brand}`,
    status: 404,
    content: html`<div class="wide narrow-page">
      <h1>${missing.title}</h1>
      <p>${missing.text}</p>
      <p><a class="button plain" href="${pathIn(visit.language, '/catalog')}">${home.browse}</a></p>
    </div>`,
  };
};
