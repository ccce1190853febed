// @vitest-environment node
import { afterEach, describe, expect, test } from 'vitest';
import type { ClicksOptions } from '../../src/plugins/clicks.ts';
import { clicks } from '../../src/plugins/clicks.ts';
import type { Page } from './harness.ts';
import { click, find, openPage } from './harness.ts';

let page: Page;
afterEach(() => page.close());

const open = (html: string, options?: ClicksOptions) => {
  page = openPage(html, [clicks(options)]);
  page.document.addEventListener('click', (event) => event.preventDefault());
};
const told = () => page.events().map(({ event, properties }) => [event, properties]);

describe('declared by markup', () => {
  test('name and properties, from the nearest declaration around what was clicked', () => {
    open(
      '<div data-nitka-event="Outer"><button data-nitka-event="Plan Chosen" data-nitka-prop-plan="pro" data-nitka-prop-order-id="900719925474099312" data-nitka-props=\'{"price":990}\'><b>OK</b></button></div>',
    );
    click(page, 'b');
    expect(told()).toEqual([['Plan Chosen', { price: 990, plan: 'pro', orderId: '900719925474099312' }]]);
  });

  test('broken JSON loses nothing else', () => {
    open('<button data-nitka-event="A" data-nitka-props="{oops" data-nitka-prop-x="1">OK</button>');
    click(page, 'button');
    expect(told()).toEqual([['A', { x: '1' }]]);
    expect(page.told[0]).toMatchObject({ type: 'report', code: 'invalid_call' });
  });

  test('a form is told of when it is sent, not at each click in it', () => {
    open(
      '<form data-nitka-event="Lead" data-nitka-prop-place="footer"><input name="a"><button>OK</button></form>',
    );
    page.document.addEventListener('submit', (event) => event.preventDefault());
    click(page, 'input');
    expect(told()).toEqual([]);
    (find(page, 'form') as HTMLFormElement).requestSubmit();
    expect(told()).toEqual([['Lead', { place: 'footer' }]]);
  });

  test('a label and its field are one click', () => {
    page = openPage('<div data-nitka-event="Toggled"><label>Yes <input type="checkbox"></label></div>', [
      clicks(),
    ]);
    click(page, 'label');
    expect(told()).toEqual([['Toggled', {}]]);
  });

  test('in a shadow tree, and around one', () => {
    open('<x-a></x-a><section data-nitka-event="Around"><x-b></x-b></section>');
    find(page, 'x-a').attachShadow({ mode: 'open' }).innerHTML = '<i data-nitka-event="Inside"><b>x</b></i>';
    find(page, 'x-b').attachShadow({ mode: 'open' }).innerHTML = '<b>x</b>';
    click(page, 'x-a >>> b');
    click(page, 'x-b >>> b');
    expect(told()).toEqual([
      ['Inside', {}],
      ['Around', {}],
    ]);
  });
});

describe('links', () => {
  test.each([
    [
      'https://partner.example/p?utm_source=us&email=a@b.ru#x',
      'Outbound Link Clicked',
      { url: 'https://partner.example/p?utm_source=us', host: 'partner.example' },
    ],
    [
      '//partner.example/',
      'Outbound Link Clicked',
      { url: 'https://partner.example/', host: 'partner.example' },
    ],
    [
      '/files/Price.PDF?v=2',
      'File Downloaded',
      { url: 'https://shop.example/files/Price.PDF?v=2', extension: 'pdf' },
    ],
    ['https://cdn.example/a.zip', 'File Downloaded', { url: 'https://cdn.example/a.zip', extension: 'zip' }],
    ['tel:+74951234560', 'Phone Clicked', { to: '+74951234560' }],
    ['mailto:sales@shop.example?subject=Hi', 'Email Clicked', { to: 'sales@shop.example' }],
  ])('%s', (href, event, properties) => {
    open(`<a href="${href}"><span> Look <b>here</b></span></a>`);
    click(page, 'b');
    expect(told()).toEqual([[event, { ...properties, text: 'Look here' }]]);
  });

  test.each([
    '/cart',
    '#top',
    'https://www.shop.example/',
    'https://blog.shop.example/',
    'https://pay.example/x',
    'javascript:void 0',
    'blob:https://shop.example/1',
    'http://[broken',
  ])('nothing for %s', (href) => {
    open(`<a href="${href}">x</a>`, { ownHosts: ['pay.example'] });
    click(page, 'a');
    expect(told()).toEqual([]);
    expect(page.errors).toEqual([]);
  });

  test('a download attribute makes a download of any address', () => {
    open('<a href="/report" download>x</a>');
    click(page, 'a');
    expect(told()).toEqual([
      ['File Downloaded', { url: 'https://shop.example/report', extension: '', text: 'x' }],
    ]);
  });

  test('a link in a picture', () => {
    open('<svg><a xlink:href="https://partner.example/"><text>x</text></a></svg>');
    find(page, 'text').dispatchEvent(new page.window.MouseEvent('click', { bubbles: true, composed: true }));
    expect(told()).toMatchObject([['Outbound Link Clicked', { host: 'partner.example' }]]);
  });

  test('the middle button counts, the right one does not', () => {
    open('<a href="https://partner.example/">x</a>');
    const { MouseEvent } = page.window;
    for (const button of [1, 2]) {
      find(page, 'a').dispatchEvent(new MouseEvent('auxclick', { button, bubbles: true, composed: true }));
    }
    expect(told()).toHaveLength(1);
  });

  test('counts where the page stops the event, and hinders nothing', () => {
    open('<a href="https://partner.example/">x</a>');
    find(page, 'a').addEventListener('click', (event) => event.stopImmediatePropagation());
    const event = new page.window.MouseEvent('click', { bubbles: true, composed: true, cancelable: true });
    const listener = (seen: Event) => seen.preventDefault();
    find(page, 'a').addEventListener('click', listener);
    find(page, 'a').dispatchEvent(event);
    expect(told()).toHaveLength(1);
    expect(event.defaultPrevented).toBe(false);
  });

  test('ignored parts and switched-off kinds are silent', () => {
    open(
      '<nav data-nitka-ignore><a id="i" href="https://partner.example/" data-nitka-event="X">x</a></nav><a id="t" href="tel:1">x</a><a id="o" href="https://o.example">x</a><a id="d" href="/a.pdf">x</a>',
      { contacts: false, outbound: false, downloads: [] },
    );
    for (const id of ['#i', '#t', '#o', '#d']) click(page, id);
    expect(told()).toEqual([]);
  });

  test('silent after the undo', () => {
    open('<a href="https://partner.example/">x</a>');
    page.undo();
    click(page, 'a');
    expect(told()).toEqual([]);
  });
});
