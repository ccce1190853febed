import type { Row } from '../../src/row.ts';
import { createParquet } from '../../src/destinations/parquet.ts';

const row = (id: string, source: string, receivedAt: number): Row => ({
  message_id: id, type: 'track', event: 'E', anonymous_id: null, server_visitor_id: null, user_id: null, session_id: null, sequence: null,
  phone: null, email: null, occurred_at: receivedAt, original_timestamp: null, sent_at: null, received_at: receivedAt, source,
  source_kind: 'server', library: null, ip: null, user_agent: null, bot: null, payload: Buffer.from('{}'), batch_context: null,
}); // prettier-ignore

/** Loads batches into the lake of the first argument, from the first to the last, and says so: a forwarder that a test kills, which may be told to `wait` for that. */
const [path, count, end] = process.argv.slice(2);
const destination = await createParquet({ path }, { dataDir: '.' });
await destination.open();
for (let at = 0; at < Number(count); at += 1) {
  const events = Array.from({ length: 100 }, (_, index) =>
    row(`${at}-${index}`, index % 2 === 0 ? 'site' : 'till', (index % 3) * 86_400_000),
  );
  await destination.load({ id: `b${at}`, events, rejects: [], loadedAt: 1 });
  process.stdout.write(`${at}\n`);
}
if (end === 'wait') await new Promise((resolve) => setTimeout(resolve, 600_000));
await destination.close();
process.stdout.write('done\n');
