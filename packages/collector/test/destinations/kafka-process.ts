import { DestinationError } from '../../src/destinations/destination.ts';
import { createKafka } from '../../src/destinations/kafka.ts';
import { row } from '../support/rows.ts';

/**
 * Loads batches of 100 rows, from the one of the second argument to before the one of the third, and says which are done: a forwarder that
 * a test kills.
 */
const [options, from, to, dataDir] = process.argv.slice(2) as [string, string, string, string];
const destination = await createKafka(JSON.parse(options) as Record<string, unknown>, { dataDir });
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

const load = async (at: number): Promise<void> => {
  const events = Array.from({ length: 100 }, (_, index) =>
    row(`${at}-${index}`, { anonymous_id: `${index % 20}` }),
  );
  for (;;) {
    try {
      return await destination.load({ id: `b${at}`, events, rejects: [], loadedAt: 1 });
    } catch (error) {
      if (!(error instanceof DestinationError) || error.kind !== 'temporary') throw error;
      process.stdout.write('again\n');
      await pause();
    }
  }
};

for (let at = Number(from); at < Number(to); at += 1) {
  await load(at);
  process.stdout.write(`${at}\n`);
}
await destination.close();
