import type { Browser } from 'playwright-core';
import type { BenchServer, Lane } from '../server.ts';
import type { Subject } from '../subjects/subject.ts';
import { newVisitor, track, visit } from '../visitor.ts';
import type { Scenario } from './scenarios.ts';
import { quiet } from './waiting.ts';

/** What arrived of a scenario's events. */
export interface Delivered {
  readonly events: number;
  /** Different events that had arrived before the visitor came back. */
  readonly atLeaving: number;
  /** Different events in the end. */
  readonly arrived: number;
  /** Copies beyond the first, on the wire. */
  readonly copies: number;
  /** Events that arrived under more than one message id: no receiver can tell such copies. */
  readonly newIds: number;
  /** Requests that carried test events, until the visitor came back. */
  readonly requests: number;
  /** Different visitor ids. */
  readonly visitors: number;
  /** Where a real collector and a warehouse stand behind the server: what is in the table. */
  readonly warehouse?: { readonly arrived: number; readonly copies: number };
}

/** The mark of the event that a returning visitor's page makes, as any page makes one. */
const returnMark = 'return';

const count = (lane: Lane): Omit<Delivered, 'events' | 'atLeaving' | 'warehouse'> => {
  const kept = [...lane.arrivals]
    .filter(([mark]) => !mark.startsWith(returnMark))
    .map(([, copies]) => copies);
  return {
    arrived: kept.length,
    copies: kept.reduce((sum, copies) => sum + copies.length - 1, 0),
    newIds: kept.filter((copies) => new Set(copies.map((copy) => copy.messageId)).size > 1).length,
    requests: lane.requests.length,
    visitors: new Set(kept.flatMap((copies) => copies.map((copy) => copy.visitorId))).size,
  };
};

/** Lets a visitor live through the scenario, come back, and counts what arrived. */
export const measureDelivery = async (
  browser: Browser,
  server: BenchServer,
  subject: Subject,
  scenario: Scenario,
): Promise<Delivered> => {
  const lane = server.lane(subject);
  const visitor = await newVisitor(browser);
  try {
    await scenario.run(visitor, lane);
    const { arrived: atLeaving, requests } = count(lane);
    await Promise.all(visitor.pages().map((page) => page.close()));
    lane.fault = () => 'none';
    const page = await visit(visitor, lane);
    await track(page, { prefix: returnMark, count: 1, every: 0 });
    await quiet(lane, scenario.events + 1, 20_000);
    const rows = (await subject.rows?.(lane))?.filter((mark) => !mark.startsWith(returnMark));
    const inTable = new Set(rows).size;
    return {
      events: scenario.events,
      atLeaving,
      ...count(lane),
      requests,
      ...(rows && { warehouse: { arrived: inTable, copies: rows.length - inTable } }),
    };
  } finally {
    await visitor.close();
  }
};
