/**
 * The program that is measured: `node program.mjs <subject> <measure> <endpoint> <folder> <calls> <tuned>`. Prints one
 * line of JSON, or what the measure calls for.
 */
import { setTimeout as wait } from 'node:timers/promises';

const [subject, measure, endpoint, folder, calls, tuned] = process.argv.slice(2);
const count = Number(calls);
const { open } = await import(`./subjects/${subject}.mjs`);

// What a library throws outside its calls would end the host: it is counted, and the others' figures go on.
let uncaught = 0;
process.on('uncaughtException', () => uncaught++);
process.on('unhandledRejection', () => uncaught++);

const started = Date.now();
const cpuBefore = process.cpuUsage();
const tracker = open({ endpoint, folder, tuned: tuned === 'tuned' });
const properties = (n) => ({
  mark: `mark-${n}-`,
  order_id: `A-${n}`,
  total: '1990.10',
  currency: 'RUB',
  shop: 'shop-17',
  products: 3,
});

const state = async () => (await fetch(`${endpoint}/bench/state`)).json();

/** Until every call has arrived, or nothing has for some seconds. */
const settle = async (quiet, longest) => {
  const end = Date.now() + longest;
  for (let last = await state(); Date.now() < end;) {
    await wait(100);
    const next = await state();
    if (next.bytes === last.bytes && Date.now() - Math.max(next.lastAt, callsEnded) > quiet) return;
    last = next;
  }
};

let callsEnded = 0;
const callAll = async () => {
  let call;
  for (let n = 0; n < count; n++) {
    call = tracker.track(n, properties(n));
    // As a server does: its calls come in many turns.
    if (n % 1000 === 999) {
      const room = tracker.room?.(call);
      if (room) await room;
      else await new Promise((resolve) => setImmediate(resolve));
    }
  }
  callsEnded = Date.now();
  return call;
};

const report = (fields) => console.log(JSON.stringify({ uncaught, ...fields }));

const measures = {
  async throughput() {
    await callAll();
    await Promise.race([tracker.flush(), wait(90_000)]).catch(() => uncaught++);
    const cpu = process.cpuUsage(cpuBefore);
    await settle(3000, 60_000);
    const late = process.cpuUsage(cpuBefore);
    report({
      started,
      cpu: cpu.user + cpu.system,
      cpuLate: late.user + late.system,
      rss: process.resourceUsage().maxRSS,
    });
    process.exit(0);
  },

  async outage() {
    for (let n = 0; n < count; n++) {
      tracker.track(n, properties(n));
      if (n % 1000 === 999) await new Promise((resolve) => setImmediate(resolve));
    }
    callsEnded = Date.now();
    await wait(3000);
    const rss = process.resourceUsage().maxRSS;
    await fetch(`${endpoint}/bench/up`);
    await Promise.race([Promise.resolve(tracker.flush()), wait(30_000)]).catch(() => uncaught++);
    await settle(4000, 60_000);
    report({ rss });
    process.exit(0);
  },

  async exit() {
    await callAll();
    process.exit(0);
  },

  async sigterm() {
    await callAll();
    console.log('ready');
    await wait(60_000);
  },

  /** The collector is away all the time; where there is a promise of safety it is waited for. */
  async kill() {
    const made = [];
    for (let n = 0; n < count; n++) made.push(tracker.track(n, properties(n)));
    if (tracker.isDurable) await Promise.all(made.map((call) => call.stored()));
    await wait(300);
    console.log('ready');
    await wait(60_000);
  },

  /** The next start of the same program, which makes no calls. */
  async resume() {
    await wait(200);
    await Promise.race([Promise.resolve(tracker.flush()), wait(20_000)]).catch(() => {});
    process.exit(0);
  },
};

await measures[measure]();
