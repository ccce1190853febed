import { createShop } from './server.ts';

const {
  NITKA_COLLECTOR = 'http://127.0.0.1:8080',
  NITKA_BROWSER_KEY,
  NITKA_SERVER_KEY,
  PORT = '4170',
} = process.env;

if (!NITKA_BROWSER_KEY || !NITKA_SERVER_KEY) {
  console.error(
    'Set NITKA_BROWSER_KEY and NITKA_SERVER_KEY to the write keys of the collector’s two sources.',
  );
  process.exit(1);
}

const shop = await createShop({
  collector: NITKA_COLLECTOR,
  browserKey: NITKA_BROWSER_KEY,
  serverKey: NITKA_SERVER_KEY,
});
const address = await shop.listen({ host: '127.0.0.1', port: Number(PORT) });
console.log(`The shop is open at ${address.replace('127.0.0.1', 'localhost')}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void shop.close());
