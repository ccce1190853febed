import { describe, expect, test } from 'vitest';
import { needsServer, title } from '../support/servers.ts';

/** The server is the tests' own, so it is tested itself; what the official client needs stands here as plain HTTP. */
const clickhouse = needsServer('clickhouse');
describe.skipIf(clickhouse.missing)(title('the ClickHouse engine behind HTTP', clickhouse), () => {
  const table = `servers_test_${process.pid}_${Date.now()}`;

  async function ask(
    query: string,
    body: string | Uint8Array<ArrayBuffer> = '',
    settings: Record<string, string> = {},
  ) {
    const address = new URL(clickhouse.url);
    const authorization = `Basic ${btoa(`${address.username}:${address.password}`)}`;
    const search = new URLSearchParams({ database: address.pathname.slice(1), query, ...settings });
    const response = await fetch(`${address.origin}/?${search}`, {
      method: 'POST',
      headers: { authorization },
      body,
    });
    return {
      status: response.status,
      code: response.headers.get('x-clickhouse-exception-code'),
      summary: JSON.parse(response.headers.get('x-clickhouse-summary') ?? '{}') as Record<string, string>,
      text: await response.text(),
    };
  }

  test('a batch with a token is inserted once, also after the server was killed', async () => {
    await ask(
      `CREATE TABLE ${table} (id UInt64, name String) ENGINE = MergeTree ORDER BY id
       SETTINGS non_replicated_deduplication_window = 100`,
    );
    const insert = () =>
      ask(`INSERT INTO ${table} FORMAT JSONEachRow`, '{"id":1,"name":"a"}\n{"id":2,"name":"б; select"}\n', {
        insert_deduplication_token: 'batch-1',
      });
    expect((await insert()).summary).toMatchObject({ written_rows: '2' });
    await insert();
    await clickhouse.control('kill');
    await clickhouse.control('start');
    await insert();
    expect((await ask(`SELECT id, name FROM ${table} ORDER BY id FORMAT TSV`)).text).toBe(
      '1\ta\n2\tб; select\n',
    );
  });

  test('a binary format keeps its bytes', async () => {
    // UInt64, then a length and that many bytes.
    const row = Uint8Array.from([9, 0, 0, 0, 0, 0, 0, 0, 3, 0xff, 0, 0x0a]);
    expect((await ask(`INSERT INTO ${table} FORMAT RowBinary`, row)).status).toBe(200);
    expect((await ask(`SELECT hex(name) FROM ${table} WHERE id = 9`)).text).toBe('FF000A\n');
  });

  test('parameters are values, not text of the query', async () => {
    const answer = await ask('SELECT {a:String} AS v FORMAT JSONEachRow', '', {
      param_a: String.raw`it's\t\\`,
    });
    expect(JSON.parse(answer.text)).toEqual({ v: "it's\t\\" });
  });

  test.each([
    ['SELECT * FROM nowhere', '60', 404],
    ['SELEC 1', '62', 400],
    ['SELECT throwIf(1)', '395', 500],
  ])('%s is exception %s with status %i', async (query, code, status) => {
    expect(await ask(query)).toMatchObject({ code, status });
  });

  test('a row that does not fit leaves nothing of its batch', async () => {
    const bad = await ask(`INSERT INTO ${table} FORMAT JSONEachRow`, '{"id":50}\n{"id":"x"}\n');
    expect(bad).toMatchObject({ code: '27', status: 400 });
    expect((await ask(`SELECT count() FROM ${table} WHERE id = 50`)).text).toBe('0\n');
    await ask(`DROP TABLE ${table}`);
  });
});
