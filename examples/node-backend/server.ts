import { createBackend } from './backend.ts';

const { NITKA_ENDPOINT = 'http://127.0.0.1:8080', NITKA_WRITE_KEY = '', PORT = '3000' } = process.env;

const server = createBackend({ endpoint: NITKA_ENDPOINT, writeKey: NITKA_WRITE_KEY });
server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}`));
process.once('SIGTERM', () => server.close());
process.once('SIGINT', () => server.close());
