import { createTracker, NitkaError } from '@nitka/node';
import { eventOf, zone } from './event.ts';
import type { Invoice } from './invoices.ts';
import { createLocalTime } from './local-time.ts';

/**
 * The largest invoice has 1,114 lines and makes an event of 99 KB, three times the usual limit. It is one fact and
 * stays one event, so that "an invoice is a row" holds without exceptions: collector and tracker are both told to
 * take events of up to 256 KB.
 */
export const eventBytes = 256 * 1024;

export interface ReplayOptions {
  readonly endpoint: string;
  /** Write key of a `server` source. */
  readonly writeKey: string;
  /** Called with the number of invoices that the collector has. */
  readonly onProgress?: (arrived: number) => void;
}

/** Sends every invoice as a till would, and resolves once the collector has all of them. */
export const replay = async (invoices: readonly Invoice[], options: ReplayOptions): Promise<void> => {
  const { endpoint, writeKey, onProgress } = options;
  const tracker = createTracker({
    endpoint,
    writeKey,
    eventBytes,
    flushInterval: 50,
    shutdown: false,
    context: { till: 'online-retail' },
  });
  const toMoment = createLocalTime(zone);
  let arrived = 0;
  let failure: NitkaError | undefined;
  tracker.on('sent', ({ events }) => onProgress?.((arrived += events)));
  tracker.on('dropped', (code) => (failure = new NitkaError(code)));

  for (const invoice of invoices) {
    const call = tracker.track(eventOf(invoice, toMoment));
    if (call.error) throw call.error;
    if (!call.hasRoom) await tracker.drained();
    if (failure) break;
  }
  const { pending } = await tracker.close({ timeout: 60_000 });
  if (failure) throw failure;
  if (pending > 0) throw new Error(`${pending} invoices did not reach the collector`);
};
