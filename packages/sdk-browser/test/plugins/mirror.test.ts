// @vitest-environment node
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { MirrorOptions } from '../../src/plugins/mirror.ts';
import { mirror } from '../../src/plugins/mirror.ts';
import { patience } from '../fakes.ts';
import type { Page } from './harness.ts';
import { openPage } from './harness.ts';

let page: Page;
afterEach(() => page.close());

/** The stubs as the tags' own snippets define them. */
const gtagStub =
  '<script>window.dataLayer = window.dataLayer || []; function gtag() { dataLayer.push(arguments); }</script>';
const ymStub =
  '<script>window.ym = window.ym || function () { (window.ym.a = window.ym.a || []).push(arguments); }; ym.l = 1;</script>';

/** What a plugin makes at its start comes in a microtask. */
const open = async (html: string, options?: MirrorOptions) => {
  page = openPage(html, [mirror(options)]);
  await Promise.resolve();
};
const run = (script: string): unknown => page.window.eval(script);
const told = () => page.events().map(({ event, properties }) => [event, properties]);

describe('the data layer', () => {
  test('events before and after the start, by gtag and by objects, each once and in order', async () => {
    await open(
      `${gtagStub}<script>gtag('js', new Date()); gtag('config', 'G-1'); gtag('event', 'early', { a: 1 }); dataLayer.push({ event: 'gtm.js', 'gtm.start': 1 }, { event: 'lead', form: 'x', 'gtm.uniqueEventId': 5 });</script>`,
    );
    run(
      "gtag('event', 'late', { n: 90071992547409911n, send_to: 'G-1', event_callback() {} }); dataLayer.push({ event: 'more' })",
    );
    page.leave();
    expect(told()).toEqual([
      ['early', { a: 1 }],
      ['lead', { form: 'x' }],
      ['late', { n: '90071992547409911' }],
      ['more', {}],
    ]);
  });

  test('the array keeps what was pushed, and push its answer', async () => {
    await open(gtagStub);
    expect(run("dataLayer.push({ event: 'a' }, { event: 'b' })")).toBe(2);
    expect(run('dataLayer.map(({ event }) => event).join()')).toBe('a,b');
  });

  test('a tag manager that replaces push and calls the one before it', async () => {
    await open(gtagStub);
    run(
      '{ const inner = dataLayer.push; dataLayer.push = function (...all) { window.managed = all.length; return inner.apply(dataLayer, all); } }',
    );
    run("dataLayer.push({ event: 'a' })");
    expect(told()).toEqual([['a', {}]]);
    expect(run('managed')).toBe(1);
  });

  test('a push that forgets the one before it, and an array made anew, are read later', async () => {
    await open(gtagStub);
    run("dataLayer.push = function (entry) { this[this.length] = entry; }; dataLayer.push({ event: 'a' })");
    page.leave();
    run("dataLayer = [{ event: 'b' }]");
    page.leave();
    run("dataLayer.push({ event: 'c' })");
    expect(told().map(([event]) => event)).toEqual(['a', 'b', 'c']);
  });

  test('an array that is made after the start is found without leaving', async () => {
    await open('');
    run("window.dataLayer = [{ event: 'a' }]");
    await vi.waitFor(() => expect(told()).toEqual([['a', {}]]), patience);
  });

  test('another name, and none', async () => {
    await open("<script>layer2 = [{ event: 'a' }]; dataLayer = [{ event: 'b' }]</script>", {
      dataLayer: 'layer2',
    });
    expect(told()).toEqual([['a', {}]]);
    page.close();
    await open("<script>dataLayer = [{ event: 'b' }]</script>", { dataLayer: '' });
    expect(told()).toEqual([]);
  });

  test('hostile entries: cycles, elements, getters that throw, persons', async () => {
    await open(gtagStub);
    run(
      "{ const loop = { event: 'loop', x: 1 }; loop.self = loop; dataLayer.push(loop, { event: 'e', 'gtm.element': document.body, el: document.body, w: window }, { get event() { throw new Error('no') } }, null, 5, { event: 'p', user_data: { a: 1 }, email: 'a@b.ru', customerPhone: '1', keep: true }) }",
    );
    expect(told().map(([event]) => event)).toEqual(['loop', 'e', 'p']);
    expect(told()[1]).toEqual(['e', { el: undefined, w: undefined }]);
    expect(told()[2]).toEqual(['p', { keep: true }]);
  });

  test('the undo puts push back', async () => {
    await open(gtagStub);
    expect(run("Object.hasOwn(dataLayer, 'push')")).toBe(true);
    page.undo();
    expect(run("Object.hasOwn(dataLayer, 'push')")).toBe(false);
    run("dataLayer.push({ event: 'a' })");
    page.leave();
    expect(told()).toEqual([]);
  });
});

describe('Metrika', () => {
  test('goals that wait in the stub, then goals of the real function that replaces it', async () => {
    await open(`${ymStub}<script>ym(1, 'init', {}); ym(1, 'reachGoal', 'early', { price: 5 });</script>`);
    run("ym(1, 'reachGoal', 'stub'); ym(1, 'hit', '/x')");
    // What the tag does when it has loaded: takes what waits, and puts itself in place.
    expect(
      run(
        "{ window.got = Array.from(window.ym.a, (call) => call[1] + ':' + call[2]); window.ym = function (...args) { got.push(args[1] + ':' + args[2]); return 'answer'; }; }; ym.l === undefined",
      ),
    ).toBe(true);
    expect(run("ym(1, 'reachGoal', 'late')")).toBe('answer');
    expect(told()).toEqual([
      ['early', { price: 5 }],
      ['stub', {}],
      ['late', {}],
    ]);
    expect(run('got.join()')).toBe(
      'init:[object Object],reachGoal:early,reachGoal:stub,hit:/x,reachGoal:late',
    );
  });

  test('started before the snippet', async () => {
    await open('');
    run(
      "window.ym = window.ym || function () { (window.ym.a = window.ym.a || []).push(arguments); }; ym.l = 7; ym(1, 'reachGoal', 'a')",
    );
    expect(told()).toEqual([['a', {}]]);
    expect(run('ym.a.length + ym.l')).toBe(8);
  });

  test('two counters told the same are one event; one counter told twice are two', async () => {
    await open(ymStub);
    run("ym(1, 'reachGoal', 'a'); ym(2, 'reachGoal', 'a'); ym(1, 'reachGoal', 'a')");
    expect(told()).toHaveLength(2);
  });

  test('declared as a function of the page, which cannot become an accessor', async () => {
    await open('<script>function ym(...args) { return args.length; }</script>');
    expect(run("ym(1, 'reachGoal', 'a')")).toBe(3);
    expect(told()).toEqual([['a', {}]]);
    page.undo();
    run("ym(1, 'reachGoal', 'b')");
    expect(told()).toHaveLength(1);
  });

  test('switched off, and the undo gives the page its own function', async () => {
    await open(ymStub, { metrika: false });
    run("ym(1, 'reachGoal', 'a')");
    expect(told()).toEqual([]);
    page.close();
    await open('<script>window.own = window.ym = function () {}</script>');
    expect(run('ym === own')).toBe(false);
    page.undo();
    expect(run('ym === own')).toBe(true);
    expect(run("Object.getOwnPropertyDescriptor(window, 'ym').writable")).toBe(true);
  });

  test('a page without Metrika has no ym after the undo', async () => {
    await open('');
    page.undo();
    expect(run("'ym' in window")).toBe(false);
  });
});

describe('e-commerce in the words of the spec', () => {
  const items =
    "[{ item_id: 'A-1', item_name: 'Thread', item_brand: 'N', item_category: 'C', item_variant: 'red', price: 9.5, quantity: 2 }]";
  const product = {
    product_id: 'A-1',
    name: 'Thread',
    brand: 'N',
    category: 'C',
    variant: 'red',
    price: 9.5,
    quantity: 2,
  };
  const order = { order_id: '1001', currency: 'RUB', revenue: 19, products: [product] };

  test('GA4 by gtag and by the data layer', async () => {
    await open(gtagStub, { ecommerce: true });
    run(`gtag('event', 'purchase', { transaction_id: 1001, currency: 'RUB', value: 19, items: ${items} })`);
    run(
      `dataLayer.push({ ecommerce: null }); dataLayer.push({ event: 'add_to_cart', ecommerce: { currency: 'RUB', value: 19, items: ${items} } })`,
    );
    run(
      "gtag('event', 'search', { search_term: 'нитки', constructor: 'x' }); gtag('event', 'own_event', { x: 1 }); gtag('event', 'constructor', {})",
    );
    expect(told()).toEqual([
      ['Order Completed', order],
      ['Product Added', { currency: 'RUB', value: 19, products: [product] }],
      ['Products Searched', { query: 'нитки', constructor: 'x' }],
      ['own_event', { x: 1 }],
      ['constructor', {}],
    ]);
  });

  test("Metrika's container, without a name", async () => {
    await open(gtagStub, { ecommerce: true });
    run(
      "dataLayer.push({ ecommerce: { currencyCode: 'RUB', detail: { products: [{ id: 'A-1', name: 'Thread' }] } } })",
    );
    run(
      "dataLayer.push({ ecommerce: { currencyCode: 'RUB', purchase: { actionField: { id: 1001, revenue: 19 }, products: [{ id: 'A-1', price: 9.5 }] } } })",
    );
    expect(told()).toEqual([
      ['Product Viewed', { currency: 'RUB', products: [{ product_id: 'A-1', name: 'Thread' }] }],
      [
        'Order Completed',
        { order_id: '1001', currency: 'RUB', revenue: 19, products: [{ product_id: 'A-1', price: 9.5 }] },
      ],
    ]);
  });

  test('an order told to Google and to Metrika is one order', async () => {
    await open(gtagStub, { ecommerce: true });
    run(`gtag('event', 'purchase', { transaction_id: '1001', currency: 'RUB', value: 19, items: ${items} })`);
    run("dataLayer.push({ ecommerce: { purchase: { actionField: { id: '1001' }, products: [] } } })");
    expect(told()).toEqual([['Order Completed', order]]);
  });

  test('names stay without the option; unnamed containers are then nothing; a filter chooses', async () => {
    await open(gtagStub, { include: (event) => event !== 'secret' });
    run(
      `gtag('event', 'purchase', { transaction_id: '1' }); dataLayer.push({ ecommerce: { purchase: {} } }, { event: 'secret' })`,
    );
    expect(told()).toEqual([['purchase', { transaction_id: '1' }]]);
  });
});
