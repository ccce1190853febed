/**
 * What the libraries send to: takes bodies, answers at once, and looks into them only when asked, so that it costs the
 * measured program as little of the machine as it can. Prints its port.
 */
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

let bodies = [];
let bytes = 0;
let lastAt = 0;
let isUp = true;

const textOf = (body) => {
  const plain = body[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body) : body;
  const text = plain.toString('latin1');
  return text.startsWith('data=')
    ? Buffer.from(decodeURIComponent(text.slice(5)), 'base64').toString('latin1')
    : text;
};

const count = () => {
  const seen = new Set();
  let copies = 0;
  for (const { url, body } of bodies) {
    const text = url.includes('data=')
      ? textOf(Buffer.from(url.slice(url.indexOf('data=')).split('&')[0]))
      : textOf(body);
    for (const [, mark] of text.matchAll(/mark-(\d+)-/g)) {
      if (seen.has(mark)) copies++;
      seen.add(mark);
    }
  }
  return { delivered: seen.size, copies, requests: bodies.length };
};

const control = {
  '/bench/state': () => ({ bytes, lastAt }),
  '/bench/count': count,
  '/bench/up': () => ((isUp = true), {}),
  '/bench/down': () => ((isUp = false), {}),
  '/bench/reset': () => {
    bodies = [];
    bytes = lastAt = 0;
    isUp = true;
    return {};
  },
};

createServer((request, response) => {
  const asked = control[request.url];
  if (asked) return response.end(JSON.stringify(asked()));
  if (!isUp) return request.socket.destroy();
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    bodies.push({ url: request.url, body });
    bytes += body.length + 1;
    lastAt = Date.now();
    const isMixpanel = request.url.startsWith('/import') || request.url.startsWith('/track?');
    response.setHeader('content-type', 'application/json');
    response.end(isMixpanel ? '1' : '{"success":true,"status":1}');
  });
}).listen(0, '127.0.0.1', function () {
  console.log(this.address().port);
});
