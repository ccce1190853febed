import { serverKey } from '../support/collector.ts';
import type { TestCollector } from '../support/collector.ts';

/** Sends track events, ten a body, each with its name as messageId. */
export const sendEvents = async (
  { app }: Pick<TestCollector, 'app'>,
  names: readonly string[],
): Promise<void> => {
  for (let at = 0; at < names.length; at += 10) {
    const batch = names
      .slice(at, at + 10)
      .map((messageId) => ({ type: 'track', event: 'E', userId: 'u', messageId }));
    const response = await app.inject({
      method: 'POST',
      url: '/v1/batch',
      headers: { authorization: `Bearer ${serverKey}` },
      payload: JSON.stringify({ batch }),
    });
    if (response.statusCode !== 200) throw new Error(response.body);
  }
};

export const named = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${String(at).padStart(3, '0')}`);

export const idsIn = async (collector: TestCollector, destination: string): Promise<string[]> => {
  const rows = await collector.ask<{ rows: string[][] }>('query', {
    sql: 'SELECT message_id FROM raw_events ORDER BY message_id',
    destination,
  });
  return rows.rows.map(([id]) => id!);
};

/** Resolves when a destination can be asked: it is opened after the start. */
export const opened = async (collector: TestCollector, destination: string): Promise<void> => {
  for (;;) {
    const sql = 'SELECT 1';
    const answer = await collector.ask('query', { sql, destination }).catch(() => null);
    if (answer) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
