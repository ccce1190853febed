import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Ledger } from '../ledger.ts';
import type { Spool } from '../spool/spool.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** Counts one answer. The route is its pattern: never a path with a key in it. */
  answered(route: string, status: number): void;
}

export interface MetricsParts {
  readonly spool: Pick<Spool, 'lag'> & { readonly ledger: Pick<Ledger, 'read'> };
  /** Of the destinations. */
  readonly names: readonly string[];
}

export const createMetrics = ({ spool, names }: MetricsParts): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const answers = new Counter({
    name: 'nitka_http_answers_total',
    help: 'Answers by route and status',
    labelNames: ['route', 'status'],
    registers,
  });
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
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    answered: (route, status) => answers.inc({ route, status }),
  };
};
