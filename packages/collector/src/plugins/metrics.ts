import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Ledger } from '../ledger.ts';
import type { Spool } from '../spool/spool.ts';
import type { SpoolTrouble } from '../trouble.ts';
import { registerAnswerCounts } from './answer-counts.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** Counts one answer. The route is its pattern: never a path with a key in it. */
  answered(route: string, status: number, milliseconds: number): void;
}

export interface MetricsParts {
  readonly spool: Pick<Spool, 'lag'> & { readonly ledger: Pick<Ledger, 'read'> };
  /** Takes in what was answered for. */
  readonly settle?: () => Promise<void>;
  /** Of the destinations. */
  readonly names: readonly string[];
  /** How old what waits for a destination is, milliseconds; null if nothing does. */
  readonly behind?: (destination: string) => number | null;
  /** What keeps a destination from being loaded; null while all is well. */
  readonly troubles?: () => ReadonlyMap<string, { readonly kind: string } | null>;
  /** Null while what is accepted can be loaded. */
  readonly spoolTrouble: () => SpoolTrouble | null;
  /** Bytes on the disk of the spool: free, and of its file. */
  readonly disk?: () => { readonly free: number; readonly spool: number };
}

export const createMetrics = ({
  spool,
  settle = async () => undefined,
  names,
  behind,
  troubles,
  spoolTrouble,
  disk,
}: MetricsParts): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const countAnswer = registerAnswerCounts(registry);
  new Gauge({
    name: 'nitka_events',
    help: 'The ledger: events by source and what became of them, since the spool was made',
    labelNames: ['source', 'state'],
    registers,
    collect() {
      for (const [source, { accepted, duplicate, rejected }] of spool.ledger.read()) {
        this.set({ source, state: 'accepted' }, accepted);
        this.set({ source, state: 'duplicate' }, duplicate);
        this.set({ source, state: 'rejected' }, rejected);
      }
    },
  });
  new Gauge({
    name: 'nitka_destination_events',
    help: 'Events by source and destination: loaded, or refused by the destination',
    labelNames: ['source', 'destination', 'state'],
    registers,
    collect() {
      for (const [source, { destinations }] of spool.ledger.read()) {
        for (const [destination, { loaded, rejected }] of Object.entries(destinations)) {
          this.set({ source, destination, state: 'loaded' }, loaded);
          this.set({ source, destination, state: 'rejected' }, rejected);
        }
      }
    },
  });
  new Gauge({
    name: 'nitka_destination_waiting',
    help: 'Entries in the spool that a destination has not taken yet',
    labelNames: ['destination'],
    registers,
    collect() {
      for (const destination of names) this.set({ destination }, spool.lag(destination));
    },
  });
  if (behind) {
    new Gauge({
      name: 'nitka_destination_behind_seconds',
      help: 'How old the oldest entry is that a destination has not taken yet; 0 if nothing waits',
      labelNames: ['destination'],
      registers,
      collect() {
        for (const destination of names) this.set({ destination }, (behind(destination) ?? 0) / 1000);
      },
    });
  }
  if (troubles) {
    new Gauge({
      name: 'nitka_destination_trouble',
      help: '1 while a destination cannot be loaded: temporary is tried again, schema needs a person',
      labelNames: ['destination', 'kind'],
      registers,
      collect() {
        for (const [destination, trouble] of troubles()) {
          for (const kind of ['temporary', 'schema'])
            this.set({ destination, kind }, trouble?.kind === kind ? 1 : 0);
        }
      },
    });
  }
  new Gauge({
    name: 'nitka_spool_trouble',
    help: '1 while what comes gets no further than to the spool, or not even there',
    labelNames: ['code'],
    registers,
    collect() {
      const trouble = spoolTrouble();
      for (const code of ['spool_unavailable', 'spool_full', 'spool_corrupt', 'internal_error'])
        this.set({ code }, trouble?.code === code ? 1 : 0);
    },
  });
  if (disk) {
    new Gauge({
      name: 'nitka_disk_bytes',
      help: 'Of the disk that holds the spool: what is free, and the size of the spool',
      labelNames: ['state'],
      registers,
      collect() {
        for (const [state, bytes] of Object.entries(disk())) this.set({ state }, bytes);
      },
    });
  }
  return {
    contentType: registry.contentType,
    // If it fails, the figures of a moment ago are better than none.
    text: () =>
      settle().then(
        () => registry.metrics(),
        () => registry.metrics(),
      ),
    answered(route, status, milliseconds) {
      countAnswer(route, status, milliseconds / 1000);
    },
  };
};
