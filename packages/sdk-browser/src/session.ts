import { isVisitorId, visitorIdTime } from '@nitka/core';
import type { TextStore } from './storage/text-store.ts';
import { uuidV7 } from './uuid.ts';

export interface Session {
  /** The session's id at this moment; the visitor is active. */
  touch(now: number): string;
  /**
   * The id to go on with once the writes of all tabs are seen: tabs that start the visitor's session at the same moment
   * cannot see each other's, and agree later on the one that is stored.
   */
  settle(id: string): string;
  /** The next event starts a new one. */
  end(): void;
}

/** Milliseconds in which two tabs start one session. */
const together = 2000;

/** The parameters that tell a campaign, in one text; empty where there are none. */
export const campaignOf = (search: string): string =>
  search.match(/\b(utm_\w+|\w*clid|openstat)=[^&|]+/g)?.join() ?? '';

/**
 * Sessions shared by the tabs of a site: 30 minutes without an event, or a new campaign, starts a new one.
 *
 * @param campaign what brought the visitor to this page; empty if nothing did
 * @param timeout milliseconds
 */
export const createSession = (store: TextStore, key: string, timeout: number, campaign: string): Session => {
  let isLanding = campaign !== '';
  return {
    touch(now) {
      const [id, at = 0, source = '', first = ''] = (store.get(key) ?? '').split('|');
      const idle = now - Number(at);
      // A reload of the landing page carries the same campaign and starts nothing.
      const isNew = !id || !(Math.abs(idle) < timeout) || (isLanding && source !== campaign);
      const current = isNew ? uuidV7() : id;
      // To the second: an event in a loop need not write each time.
      if (isNew || Math.abs(idle) > 999) {
        const by = isLanding || isNew ? campaign : source;
        store.set(key, [current, now, by, isNew ? +(idle >= timeout) || '' : first].join('|'));
      }
      isLanding = false;
      return current;
    },

    settle(id) {
      const [stored, , , first] = (store.get(key) ?? '').split('|');
      const began = [id, stored].map((each) => (isVisitorId(each) ? visitorIdTime(each) : NaN));
      return first && Math.abs(began[0]! - began[1]!) < together ? stored! : id;
    },

    end() {
      // No time: the session that follows is a new one whatever another tab does.
      if (store.get(key)) store.set(key, '|-');
    },
  };
};
