import { expect, it } from 'vitest';
import type { Destination, LoadBatch } from '../src/destinations/destination.ts';
import type { Erasure } from '../src/destinations/erasure.ts';
import { tracesOf } from '../src/privacy/traces.ts';
import type { Subject } from '../src/privacy/traces.ts';
import type { Vault } from '../src/privacy/vault.ts';
import type { RejectRow, Row } from '../src/row.ts';

export interface ErasureTarget {
  opened(state?: string): Promise<{ destination: Destination; state: string }>;
  read(destination: Destination, table: 'raw_events' | 'raw_rejects'): Promise<Record<string, unknown>[]>;
  row(messageId: string, more?: Partial<Row>): Row;
}

const erasureOf = (subject: Subject): Erasure =>
  tracesOf(subject, { keyring: null, vault: {} as Vault }).erasure;

const batch = (id: string, events: Row[], rejects: RejectRow[] = []): LoadBatch => ({
  id,
  events,
  rejects,
  loadedAt: 1_700_000_001_789,
});

const reject = (text: string): RejectRow => ({
  message_id: null,
  source: 'site',
  code: 'malformed_json',
  detail: null,
  received_at: 5,
  payload: Buffer.concat([Buffer.from([0xff, 0, 0xd0]), Buffer.from(text)]),
});

/** What every destination that can forget must do, against its real engine. */
export const erasureConformance = ({ opened, read, row }: ErasureTarget): void => {
  const text = (json: string): Partial<Row> => ({ payload: Buffer.from(json) });
  const subjects: [string, Subject, Row[], Row[]][] = [
    [
      'a phone',
      { kind: 'phone', value: '+79995551111' },
      [
        row('p1', { phone: '+79995551111' }),
        row('p2', text('{"properties":{"contact":"8 (999) 555-11-11"}}')),
        row('p3', text('{"url":"https://a.ru/?tel=%2B79995551111"}')),
        row('p4', text('{"userId":79995551111}')),
        row('p5', { batch_context: '{"context":{"traits":{"phone":"+7 999 555 11 11"}}}' }),
        row('p6', { phone: 'sha256:4cc9fabc5a28d1be6a44bf69a4d13c4bc4ae4c6b9a8bd2c94c2ba0ed1e6e0f5a' }),
      ],
      [
        row('q1', { phone: '+79995551112' }),
        row('q2', text('{"order":179995551111,"n":"99955511119"}')),
        row('q3', text('{"a":999,"b":5551111}')),
      ],
    ],
    [
      'an e-mail',
      { kind: 'email', value: 'ann.b+x@mail.ru' },
      [
        row('p1', { email: 'ann.b+x@mail.ru' }),
        row('p2', text('{"traits":{"email":"Ann.B+x@Mail.RU"}}')),
        row('p3', text('{"text":"write to ann.b+x@mail.ru."}')),
        row('p4', text('{"url":"?e=ann.b+x%40mail.ru"}')),
      ],
      [
        row('q1', { email: 'joann.b+x@mail.ru' }),
        row('q2', text('{"e":"joann.b+x@mail.ru"}')),
        row('q3', text('{"e":"ann.b+x@mail.rus","f":"annxb+x@mail.ru"}')),
      ],
    ],
    [
      'a visitor',
      { kind: 'visitor', value: 'v-1' },
      [
        row('p1', { anonymous_id: 'v-1' }),
        row('p2', { server_visitor_id: 'v-1' }),
        row('p3', text('{"type":"alias", "previousId" : "v-1"}')),
      ],
      [row('q1', { anonymous_id: 'v-11' }), row('q2', text('{"properties":{"sku":"v-1"}}'))],
    ],
    [
      'a user',
      { kind: 'user', value: "7'" },
      [row('p1', { user_id: "7'" }), row('p2', text(`{"context":{"traits":{"userId":"7'"}}}`))],
      [row('q1', { user_id: "77'" }), row('q2', text(`{"userId":"77'","n":"7'"}`))],
    ],
  ];
  const names = (rows: readonly Record<string, unknown>[]): unknown[] =>
    rows.map(({ message_id: id }) => id).sort();

  it.each(subjects)('forgets %s, and nobody else', async (_name, subject, theirs, others) => {
    const { destination } = await opened();
    if (!destination.erase) return;
    const erasure = erasureOf(subject);
    const digest = /^sha256:/;
    const known = theirs.map((each) =>
      each.phone !== null && digest.test(each.phone)
        ? { ...each, phone: erasure.columns.phone!.find((value) => digest.test(value))! }
        : each,
    );
    await destination.load(batch('b1', [...known, ...others]));
    await destination.load(batch('b2', [row('z', { source: 'till' })]));
    const found = await destination.erase(erasure, true);
    expect(found.rows.map(({ messageId }) => messageId).sort()).toEqual(
      names(known.map((each) => ({ ...each }))),
    );
    expect(await read(destination, 'raw_events')).toHaveLength(known.length + others.length + 1);
    const erased = await destination.erase(erasure, false);
    expect(erased.rows).toHaveLength(known.length);
    expect(erased.rows.find(({ messageId }) => messageId === 'p1')).toEqual({
      source: 'site',
      messageId: 'p1',
      anonymousId: known[0]!.anonymous_id,
      serverVisitorId: known[0]!.server_visitor_id,
      userId: known[0]!.user_id,
    });
    const left = await read(destination, 'raw_events');
    expect(names(left)).toEqual(names([...others, row('z')].map((each) => ({ ...each }))));
    expect(left.find(({ message_id: id }) => id === 'q1')).toMatchObject({ batch_id: 'b1', source: 'site' });
    expect(await destination.erase(erasure, false)).toEqual({ rows: [], rejects: 0 });
  });

  it('forgets what was refused, whatever bytes are around it', async () => {
    const { destination } = await opened();
    if (!destination.erase) return;
    const rejects = [
      reject('{"phone":"+7 999 555-11-11"'),
      reject('9995551111'),
      reject('{"phone":"99955511112"'),
    ];
    await destination.load(batch('b1', [], rejects));
    const erasure = erasureOf({ kind: 'phone', value: '+79995551111' });
    expect((await destination.erase(erasure, true)).rejects).toBe(2);
    expect(await destination.erase(erasure, false)).toEqual({ rows: [], rejects: 2 });
    expect(await read(destination, 'raw_rejects')).toHaveLength(1);
  });

  it('does not bring back what was forgotten when a load comes again without it, also after it was opened again', async () => {
    const { destination, state } = await opened();
    if (!destination.erase) return;
    const erasure = erasureOf({ kind: 'phone', value: '+79995551111' });
    await destination.load(batch('b1', [row('p', { phone: '+79995551111' }), row('q')]));
    await destination.erase(erasure, false);
    await destination.load(batch('b1', [row('q')]));
    await destination.close();
    const again = await opened(state);
    await again.destination.load(batch('b1', [row('q')]));
    await again.destination.load(batch('b2', [row('r')]));
    expect(names(await read(again.destination, 'raw_events'))).toEqual(['q', 'r']);
  });
};
