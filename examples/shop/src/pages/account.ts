import type { Customer } from '../customers.ts';
import { html } from '../html.ts';
import { pathIn, roubles } from '../languages.ts';
import type { Page, Visit } from '../layout.ts';
import { texts } from '../texts.ts';

/** The logout is tracked where it is shown first: at `justLoggedOut`. */
export const loginPage = (visit: Visit, justLoggedOut: boolean): Page => {
  const { account, fields, brand } = texts[visit.language];
  return {
    title: `${account.login} — ${brand}`,
    tracked: justLoggedOut ? [['reset']] : [],
    content: html`<div class="wide narrow-page">
      <h1>${account.login}</h1>
      <p>${account.loginText}</p>
      <form class="card-form" method="post" action="${pathIn(visit.language, '/account/login')}">
        <label class="field">
          <span>${fields.email}</span>
          <input type="email" name="email" autocomplete="email" maxlength="200" required />
        </label>
        <button class="button">${account.submit}</button>
      </form>
    </div>`,
  };
};

/** The login is tracked where it is shown first: at `justLoggedIn`. */
export const accountPage = (visit: Visit, customer: Customer, justLoggedIn: boolean): Page => {
  const { account, brand } = texts[visit.language];
  return {
    title: `${account.title} — ${brand}`,
    tracked: justLoggedIn ? [['identify', customer.id, { email: customer.email }]] : [],
    content: html`<div class="wide narrow-page">
      <h1>${account.hello}</h1>
      <p>${account.known} <b>${customer.email}</b></p>
      <p class="quiet">${account.number}: ${customer.id}</p>
      <h2>${account.orders}</h2>
      ${
        customer.orders.length === 0
          ? html`<p>${account.noOrders}</p>`
          : html`<ul class="orders">
              ${customer.orders.map(
                (order) => html`<li><b>${order.number}</b> ${roubles(order.total, visit.language)}</li>`,
              )}
            </ul>`
      }
      <form method="post" action="${pathIn(visit.language, '/account/logout')}">
        <button class="button plain">${account.out}</button>
      </form>
    </div>`,
  };
};
