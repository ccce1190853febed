import { maskPhones } from './phone-mask.js';

maskPhones();

// What the page has to say about itself stands in it as data. Calls may be pushed before the tracker has loaded and after.
const nitka = (window.nitka = window.nitka || []);
for (const call of JSON.parse(document.getElementById('tracked').textContent)) nitka.push(call);
