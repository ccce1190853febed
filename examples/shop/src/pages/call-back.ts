import { html, type Html } from '../html.ts';
import { pathIn } from '../languages.ts';
import type { Visit } from '../layout.ts';
import { texts } from '../texts.ts';

/** A masked phone field; its mask is drawn by assets/shop.js. */
export const phoneField = (visit: Visit): Html =>
  html`<label class="field">
    <span>${texts[visit.language].fields.phone}</span>
    <input
      type="tel"
      name="phone"
      inputmode="tel"
      autocomplete="tel"
      placeholder="+7 (___) ___-__-__"
      data-mask="+7 (___) ___-__-__"
      data-wrong="${texts[visit.language].callBack.wrong}"
      required
    />
  </label>`;

export const nameField = (visit: Visit): Html =>
  html`<label class="field">
    <span>${texts[visit.language].fields.name}</span>
    <input name="name" autocomplete="given-name" maxlength="80" required />
  </label>`;

export const callBackForm = (visit: Visit, done: boolean): Html => {
  const { callBack } = texts[visit.language];
  return html`<section class="call-back" id="call-back">
    <div class="wide call-back-row">
      <div>
        <h2>${callBack.title}</h2>
        <p>${callBack.text}</p>
      </div>
      ${
        done
          ? html`<div class="card-form" role="status">
              <h3>${callBack.done}</h3>
              <p class="quiet">${callBack.doneText}</p>
            </div>`
          : html`<form class="card-form" method="post" action="${pathIn(visit.language, '/call-back')}">
              <input type="hidden" name="from" value="${visit.path}" />
              ${nameField(visit)} ${phoneField(visit)}
              <button class="button">${callBack.submit}</button>
            </form>`
      }
    </div>
  </section>`;
};
