// ClickHouse's HTTP interface over the engine of the npm package chdb: enough of it for the official client.
// https://clickhouse.com/docs/interfaces/http
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { openEngine } from './engine.mjs';
import { codeOf, statusOf } from './errors.mjs';
import { readRequest } from './request.mjs';
import { createSessions } from './sessions.mjs';

const [modules, data, port, password] = process.argv.slice(2);
const engine = openEngine(modules, data);
const sessions = createSessions(engine);
const version = 'nitka-test';

const server = createServer((request, response) => {
  answer(request).then(
    ({ status = 200, headers = {}, body = Buffer.alloc(0) }) => {
      response.writeHead(status, { 'x-clickhouse-server-display-name': version, ...headers });
      response.end(body);
    },
    (error) => {
      const message = error instanceof Error ? error.message : String(error);
      const code = codeOf(message);
      response.writeHead(statusOf(code), {
        'content-type': 'text/plain; charset=UTF-8',
        'x-clickhouse-server-display-name': version,
        'x-clickhouse-exception-code': String(code),
      });
      response.end(
        message.startsWith('Code: ') ? `${message}\n` : `Code: ${code}. DB::Exception: ${message}\n`,
      );
    },
  );
});

/** @param {import('node:http').IncomingMessage} request */
async function answer(request) {
  const { path, given, values, text, rows } = await readRequest(request);
  if (
    path === '/ping' ||
    path === '/replicas_status' ||
    (path === '/' && request.method === 'GET' && !text)
  ) {
    return { headers: { 'content-type': 'text/plain; charset=UTF-8' }, body: 'Ok.\n' };
  }
  authenticate(request, given);
  if (given.get('compress') === '1' || given.get('decompress') === '1') {
    throw new Error(
      "Code: 48. DB::Exception: The engine's own compression is not supported here, HTTP's is. (NOT_IMPLEMENTED)",
    );
  }
  if (
    request.method === 'GET' &&
    !/^[\s(]*(?:select|with|show|describe|desc|exists|explain|--|\/\*)/i.test(text)
  ) {
    throw new Error('Code: 164. DB::Exception: Cannot execute query in readonly mode. (READONLY)');
  }
  const format =
    /\bformat\s+(\w+)[\s;]*(?:settings\b[^']*)?$/i.exec(text)?.[1] ??
    given.get('default_format') ??
    request.headers['x-clickhouse-format'] ??
    'TabSeparated';
  const result = await sessions.within(given, async (connection) => {
    await connection.use(given.get('database') ?? request.headers['x-clickhouse-database'] ?? 'default');
    await connection.set(values);
    if (!rows) return connection.run(text, format);
    // The engine takes an INSERT without rows for a mistake, the server does not.
    return rows.length ? connection.insert(text, rows) : connection.run('SELECT 1 WHERE 0', 'Null');
  });
  const headers = {
    'content-type': contentType(format),
    'x-clickhouse-query-id': given.get('query_id') ?? randomUUID(),
    'x-clickhouse-format': format,
    'x-clickhouse-timezone': 'UTC',
    'x-clickhouse-summary': JSON.stringify(result.summary),
  };
  const packs =
    given.get('enable_http_compression') === '1' && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  if (!packs || result.body.length === 0) return { headers, body: result.body };
  return { headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(result.body, { level: 1 }) };
}

function authenticate(request, given) {
  const basic = /^basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const [user, ...rest] = basic ? Buffer.from(basic, 'base64').toString('utf8').split(':') : [];
  const name = user ?? request.headers['x-clickhouse-user'] ?? given.get('user') ?? 'default';
  const key = basic ? rest.join(':') : (request.headers['x-clickhouse-key'] ?? given.get('password') ?? '');
  if (name === 'default' && key === password) return;
  throw new Error(
    `Code: 516. DB::Exception: ${name}: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)`,
  );
}

function contentType(format) {
  if (/^JSON\w*EachRow|^NDJSON$/.test(format)) return 'application/x-ndjson; charset=UTF-8';
  if (format.startsWith('JSON')) return 'application/json; charset=UTF-8';
  if (format.startsWith('CSV')) return 'text/csv; charset=UTF-8';
  if (/^(?:TSV|TabSeparated)/.test(format)) return 'text/tab-separated-values; charset=UTF-8';
  return /^(?:RowBinary|Native|Parquet|Arrow|ORC)/.test(format)
    ? 'application/octet-stream'
    : 'text/plain; charset=UTF-8';
}

const setUp = engine.connect();
await setUp.run('CREATE DATABASE IF NOT EXISTS nitka', 'Null');
setUp.close();
// A client that keeps its connection open longer than this would write into a closed one.
server.keepAliveTimeout = 30_000;
server.requestTimeout = 0;
server.listen(Number(port), '127.0.0.1');

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close(() => {
      sessions.close();
      engine.close();
      process.exit(0);
    });
    server.closeIdleConnections();
  });
}
