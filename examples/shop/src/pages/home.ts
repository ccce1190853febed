import { room } from '../drawings/room.ts';
import { goods } from '../goods.ts';
import { html, markup } from '../html.ts';
import { pathIn } from '../languages.ts';
import type { Page, Visit } from '../layout.ts';
import { texts } from '../texts.ts';
import { callBackForm } from './call-back.ts';
import { card } from './card.ts';

/** Colours of the five dyes, in the order of the texts. */
const dyes = ['#e6dcc6', '#c9a23f', '#a9502f', '#7a5a3a', '#4b5257'];

export const homePage = (visit: Visit, callBackDone: boolean): Page => {
  const { home } = texts[visit.language];
  return {
    title: home.title,
    content: html`<section class="hero">
        <div class="hero-picture">${markup(room)}</div>
        <div class="hero-text">
          <h1>${home.lead}</h1>
          <p>${home.text}</p>
          <p class="actions">
            <a class="button" href="${pathIn(visit.language, '/catalog')}">${home.browse}</a>
            <a class="button plain" href="#call-back">${home.callUs}</a>
          </p>
        </div>
      </section>
      <section class="wide block">
        <div class="heading">
          <h2>${home.fresh}</h2>
          <a href="${pathIn(visit.language, '/catalog')}">${home.all}</a>
        </div>
        <ul class="cards">
          ${[...goods.filter((item) => item.isNew), goods[2]!].map((item) => card(visit, item))}
        </ul>
      </section>
      <section class="story">
        <div class="wide story-row">
          <div>
            <h2>${home.storyTitle}</h2>
            <p>${home.story}</p>
          </div>
          <ul class="dyes">
            ${home.dyes.map((dye, i) => html`<li><span style="background:${dyes[i]}"></span>${dye}</li>`)}
          </ul>
        </div>
      </section>
      <section class="wide block promises">
        ${home.promises.map(
          ([title, text]) =>
            html`<div>
              <h3>${title}</h3>
              <p>${text}</p>
            </div>`,
        )}
      </section>
      ${callBackForm(visit, callBackDone)}`,
  };
};
