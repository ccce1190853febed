/** How events leave a page that hinders them. */
type Way = 'at once' | 'when the page is left' | 'by the next page';

export interface HostilePage {
  /** What the page does. */
  readonly name: string;
  /** Script that runs before ours. */
  readonly before?: string;
  /** Script that runs between our start and the page's last calls. */
  readonly after?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default 'at once' */
  readonly way?: Way;
  /** An attempt to send fails before the page is left. */
  readonly isTried?: boolean;
  /** Expected events that cannot be kept there, each with its reason in `name`. */
  readonly lost?: readonly string[];
}

const throws = (what: string): string => `() => { throw new Error('${what}') }`;
const getter = (owner: string, name: string, body: string): string =>
  `Object.defineProperty(${owner}, '${name}', { configurable: true, get() { ${body} } });`;

/** What the page replaces before our script has loaded, so that no copy of the real thing can be taken. */
const before: HostilePage[] = [
  {
    name: 'fetch throws',
    before: `window.fetch = ${throws('fetch')};`,
    way: 'when the page is left',
    isTried: true,
  },
  {
    name: 'fetch gives nothing',
    before: 'window.fetch = () => {};',
    way: 'when the page is left',
    isTried: true,
  },
  {
    name: 'fetch never answers',
    before: 'window.fetch = () => new Promise(() => {});',
    way: 'by the next page',
  },
  {
    name: 'there is no fetch',
    before: 'delete window.fetch;',
    way: 'when the page is left',
    isTried: true,
  },
  {
    name: 'neither fetch nor beacons work',
    before: `window.fetch = ${throws('fetch')}; Navigator.prototype.sendBeacon = ${throws('beacon')};`,
    way: 'by the next page',
  },
  {
    name: 'fetch is wrapped by another tracker, which reads the answers',
    before: `{ const real = window.fetch; window.fetch = async (...args) => { const reply = await real(...args); await reply.clone().text(); return reply; }; }`,
  },
  {
    name: 'document.cookie is frozen',
    before: "Object.defineProperty(document, 'cookie', { value: '', writable: false });",
  },
  {
    name: 'document.cookie throws',
    before: `Object.defineProperty(Document.prototype, 'cookie', { get: ${throws('cookie')}, set: ${throws('cookie')} });`,
  },
  { name: 'an image is called cookie', before: '</script><img name="cookie"><script>' },
  {
    name: 'images and a form have names of the document’s own',
    before:
      '</script><form name="referrer"></form><img name="visibilityState"><img name="hidden"><img name="readyState"><script>',
  },
  {
    name: 'localStorage throws at sight',
    before: getter('window', 'localStorage', "throw new Error('storage')"),
  },
  { name: 'localStorage is null', before: getter('window', 'localStorage', 'return null') },
  {
    name: 'localStorage throws at each call',
    before: `for (const name of ['getItem', 'setItem', 'removeItem', 'key', 'clear']) Storage.prototype[name] = ${throws('storage')};`,
  },
  { name: 'localStorage forgets without a word', before: 'Storage.prototype.setItem = () => {};' },
  {
    name: 'localStorage is an object of the page',
    before: `{ const kept = new Map(); const area = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, String(value)), removeItem: (key) => void kept.delete(key) }; ${getter('window', 'localStorage', 'return area')} }`,
  },
  {
    name: 'nothing can be stored anywhere',
    before: `${getter('window', 'localStorage', "throw new Error('storage')")} ${getter('window', 'indexedDB', 'return undefined')} Object.defineProperty(document, 'cookie', { value: '', writable: false });`,
  },
  { name: 'indexedDB never opens', before: 'IDBFactory.prototype.open = () => new EventTarget();' },
  { name: 'indexedDB throws', before: `IDBFactory.prototype.open = ${throws('database')};` },
  { name: 'there is no indexedDB', before: getter('window', 'indexedDB', 'return undefined') },
  { name: 'there is no crypto.randomUUID', before: 'delete Crypto.prototype.randomUUID;' },
  {
    name: 'crypto is a library of the page',
    before: getter('window', 'crypto', 'return { createHash() {} }'),
  },
  { name: 'locks throw', before: `LockManager.prototype.request = ${throws('locks')};` },
  {
    name: 'locks are never granted',
    before: 'LockManager.prototype.request = () => new Promise(() => {});',
    way: 'when the page is left',
  },
  {
    name: 'there are no observers',
    before:
      'delete window.MutationObserver; delete window.PerformanceObserver; delete window.IntersectionObserver;',
  },
  {
    name: 'there is no AbortController',
    before: 'delete window.AbortController; delete window.AbortSignal;',
    way: 'when the page is left',
    isTried: true,
  },
  {
    name: 'there is no Navigation API, and history throws',
    before: `delete window.navigation; history.pushState = history.replaceState = ${throws('history')};`,
  },
  {
    name: 'history is frozen',
    before: 'delete window.navigation; Object.freeze(history); Object.freeze(History.prototype);',
  },
  {
    name: 'Object.prototype has properties',
    before:
      'Object.prototype.extend = function () {}; Object.prototype.each = function () {}; Object.prototype.size = 7; Object.prototype.value = 1;',
  },
  {
    name: 'arrays and strings are those of Prototype 1.6',
    before: `
      Object.extend = (to, from) => { for (const name in from) to[name] = from[name]; return to; };
      String.prototype.inspect = function (double) { return double ? '"' + this.replace(/"/g, '\\\\"') + '"' : "'" + this + "'"; };
      String.prototype.toJSON = function () { return this.inspect(true); };
      Number.prototype.toJSON = function () { return isFinite(this) ? this.toString() : 'null'; };
      Date.prototype.toJSON = function () { return '"' + this.toISOString().slice(0, 19) + 'Z"'; };
      Object.toJSON = (value) => value === undefined ? undefined : value === null || value === true || value === false ? String(value) : value.toJSON ? value.toJSON()
        : '{' + Object.keys(value).map((name) => name.toJSON() + ': ' + Object.toJSON(value[name])).join(', ') + '}';
      Object.extend(Array.prototype, {
        toJSON() { return '[' + this.map((each) => Object.toJSON(each)).join(', ') + ']'; },
        each(task) { for (let i = 0; i < this.length; i++) task(this[i], i); return this; },
        reduce() { return this.length > 1 ? this : this[0]; },
        first() { return this[0]; }, last() { return this[this.length - 1]; }, clone() { return [].concat(this); },
        without(...values) { return this.filter((value) => !values.includes(value)); },
        map(task, self) { const found = []; for (let i = 0; i < this.length; i++) found.push((task || ((x) => x)).call(self, this[i], i)); return found; },
        find(task) { for (let i = 0; i < this.length; i++) if (task(this[i], i)) return this[i]; },
        entries() { return this.map(); }, include(value) { return this.indexOf(value) !== -1; }, inspect() { return '[]'; },
      });
      Array.from = (list) => { const found = []; for (let i = 0; i < (list ? list.length || 0 : 0); i++) found[i] = list[i]; return found; };
      String.prototype.startsWith = function (start) { return this.indexOf(start) === 0; };
      Function.prototype.bind = function (self, ...first) { const task = this; return function (...rest) { return task.apply(self, first.concat(rest)); }; };
      window.Event = { observe() {} }; window.Element = function () {}; window.Hash = window.Class = window.Template = function () {};`,
  },
  {
    name: 'globals are classes of MooTools',
    before: `for (const name of ['Request', 'Event', 'Element', 'Cookie', 'Hash', 'Browser', 'Window', 'Document']) window[name] = function () { throw new Error(name); };
      Array.prototype.contains = Array.prototype.include = Array.prototype.flatten = Array.prototype.associate = function () { return this; };
      Function.prototype.extend = Function.prototype.implement = function () { return this; }; Array.from = (item) => item == null ? [] : [].concat(item);`,
  },
  {
    name: 'Promise is a class of the page',
    before: `{ const Native = Promise; window.Promise = class Zone { constructor(task) { this.inner = new Native(task); } then(...tasks) { const next = new Zone(() => {}); next.inner = this.inner.then(...tasks); return next; } catch(task) { return this.then(undefined, task); } finally(task) { const next = new Zone(() => {}); next.inner = this.inner.finally(task); return next; }
      static resolve(value) { return new Zone((done) => done(value)); } static reject(reason) { return new Zone((_, fail) => fail(reason)); } static all(list) { const next = new Zone(() => {}); next.inner = Native.all(list); return next; } static race(list) { const next = new Zone(() => {}); next.inner = Native.race(list); return next; } }; }`,
  },
  { name: 'the clock stands still', before: '{ const stopped = Date.now(); Date.now = () => stopped; }' },
  {
    name: 'Date is a class of the page',
    before: `{ const Real = Date; window.Date = class extends Real { constructor(...args) { super(...(args.length ? args : [Real.now()])); } }; }`,
  },
  {
    name: 'dates are those of Datejs',
    before: `Date.prototype.toISOString = function () { return '"' + this.getUTCFullYear() + '-01-01T00:00:00Z"'; };`,
  },
  {
    name: 'timers are fakes that never run',
    before: 'window.setTimeout = window.setInterval = () => 1;',
    way: 'when the page is left',
  },
  {
    name: 'Intl knows no time zone',
    before: `Intl.DateTimeFormat = ${throws('RangeError: Unsupported time zone')};`,
  },
  {
    name: 'the navigator tells nothing',
    before: ['language', 'userAgent', 'platform', 'hardwareConcurrency']
      .map((name) => getter('Navigator.prototype', name, `throw new Error('${name}')`))
      .join(''),
  },
  {
    name: 'listeners are refused',
    before: `EventTarget.prototype.addEventListener = ${throws('listener')};`,
    lost: ['identify'],
  },
  {
    name: 'built-ins are frozen',
    before:
      'for (const name of ["Object", "Array", "Function", "String", "Promise", "Map", "Set"]) { Object.freeze(window[name]); Object.freeze(window[name].prototype); } Object.freeze(JSON);',
  },
  { name: 'the console is gone', before: 'window.console = undefined;' },
  {
    name: 'variables are called URL, screen, performance, status, name, event and origin',
    // A `var` of a script takes the place of a global, unless that cannot be configured.
    before:
      "var URL = '/api', screen = null, performance = { score: 5 }, status = {}, name = 'x', event = null, origin = 1;",
  },
  {
    name: 'a variable is called Map',
    before: 'var Map = { zoom: 12 };',
    lost: ['after', 'early', 'identify', 'loaded', 'page'],
  },
  {
    name: 'handlers of errors throw themselves',
    before: `window.onerror = ${throws('onerror')}; window.onunhandledrejection = ${throws('onunhandledrejection')};`,
  },
];

/** What the page does once our script has loaded. */
const after: HostilePage[] = [
  { name: 'fetch is replaced later', after: `window.fetch = ${throws('fetch')};` },
  { name: 'JSON is replaced later', after: `JSON.stringify = JSON.parse = ${throws('JSON')};` },
  {
    name: 'arrays get toJSON later',
    after: "Array.prototype.toJSON = function () { return '[' + this.join(', ') + ']'; };",
  },
  {
    name: 'storage is cleared and refuses everything later',
    after: `localStorage.clear(); Storage.prototype.setItem = ${throws('quota')};`,
    lost: ['early', 'loaded', 'page'],
  },
  {
    name: 'the document is written anew',
    after:
      "addEventListener('load', () => { document.open(); document.write('<title>New</title>'); document.close(); });",
  },
  { name: 'nitka is frozen', after: 'Object.freeze(nitka);' },
  {
    name: 'the page has a hundred thousand elements',
    body: '<script>{ let html = ""; for (let i = 0; i < 1e5; i++) html += "<p><b>" + i; document.write(html); }</script>',
  },
  {
    name: 'the policy allows no connection',
    headers: { 'content-security-policy': "connect-src 'none'" },
    way: 'by the next page',
  },
];

export const hostilePages: readonly HostilePage[] = [...before, ...after];
