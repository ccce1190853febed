// Loaded into the collector with --import: its clock goes as many milliseconds wrong as the file says.
import { readFileSync } from 'node:fs';

const file = process.env.NITKA_CHAOS_CLOCK;
const RealDate = Date;
let offset = 0;

const read = () => {
  try {
    offset = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    // Being written just now.
  }
};
const now = () => RealDate.now() + offset;

if (file) {
  read();
  setInterval(read, 100).unref();
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given, made) => Reflect.construct(target, given.length > 0 ? given : [now()], made),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
}
