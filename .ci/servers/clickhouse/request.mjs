import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** URL parameters that are the HTTP interface's own; every other one is a setting or a query parameter. */
const own = new Set([
  'query',
  'query_id',
  'user',
  'password',
  'quota_key',
  'database',
  'default_format',
  'session_id',
  'session_timeout',
  'session_check',
  'close_session',
  'stacktrace',
  'role',
  'compress',
  'decompress',
  'client_protocol_version',
  'wait_end_of_query',
  'buffer_size',
  'enable_http_compression',
]);

/**
 * What a request asks for: `text` and, for an INSERT with rows, `rows` as bytes.
 *
 * @param {import('node:http').IncomingMessage} request
 */
export async function readRequest(request) {
  const url = new URL(request.url ?? '/', 'http://server');
  const given = new Map(url.searchParams);
  let body = await readBody(request);
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) {
    // Parameters that would not fit into an address come as a form.
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    for (const [name, value] of form) given.set(name, typeof value === 'string' ? value : await value.text());
    body = Buffer.alloc(0);
  }
  const values = [...given].filter(([name]) => !own.has(name));
  return { path: url.pathname, given, values, ...statement(given.get('query') ?? '', body) };
}

const insertHead =
  /^[\s(]*insert\s+into\b(?:(?!\bselect\b)[^'])*?\b(?:format\s+\w+|values)[ \t]*;?(?:\r?\n|(?=[\s(]|$))/i;

/** The address holds the query's beginning and the body its rest; the rest of an INSERT is rows. */
function statement(query, body) {
  if (query !== '') {
    if (isInsertOfRows(query)) return { text: query.trim(), rows: body };
    return { text: body.length ? `${query}\n${body.toString('utf8')}` : query };
  }
  // One byte a character, so that rows in a binary format keep their bytes.
  const head = insertHead.exec(body.subarray(0, 65_536).toString('latin1'));
  if (!head) return { text: body.toString('utf8') };
  const length = Buffer.byteLength(head[0], 'latin1');
  return { text: body.subarray(0, length).toString('utf8').trim(), rows: body.subarray(length) };
}

function isInsertOfRows(query) {
  return /^[\s(]*insert\s/i.test(query) && /(?:\bformat\s+\w+|\bvalues)\s*$/i.test(query);
}

async function readBody(request) {
  const decoders = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress };
  const encoding = request.headers['content-encoding'];
  if (encoding && !decoders[encoding]) {
    throw new Error(
      `Code: 48. DB::Exception: Content-Encoding ${encoding} is not supported here. (NOT_IMPLEMENTED)`,
    );
  }
  const stream = encoding ? request.pipe(decoders[encoding]()) : request;
  if (encoding) request.on('error', (error) => stream.destroy(error));
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
