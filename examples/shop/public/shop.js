import { maskPhones } from './phone-mask.js';

maskPhones();

// What the page has to say about itself stands in it as data; the calls wait in the stub until the tracker is there.
const calls = JSON.parse(document.getElementById('tracked').textContent);
for (const [method, ...args] of calls) window.nitka?.[method]?.(...args);
