import { isVisitorId, visitorIdTime } from '@nitka/core';
import type { CookieTier } from './storage/cookie.ts';
import { partsOf, type TextStore } from './storage/text-store.ts';
import { uuidV7 } from './uuid.ts';

export interface SessionParts {
  readonly store: TextStore;
  /** Has a copy of the id, for the site's own backend. */
  readonly mirror: CookieTier['mirror'];
  /** Milliseconds. */
  readonly timeout: number;
  /** What brought the visitor to this page; empty if nothing did. */
  readonly campaign: string;
}

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

/** Sessions shared by the tabs of a site: 30 minutes without an event, or a new campaign, starts a new one. */
export const createSession = ({ store, mirror, timeout, campaign }: SessionParts): Session => {
  let isLanding = campaign !== '';
  return {
    touch(now) {
      const kept = partsOf(store, 's');
      const idle = now - Number(kept[1] ?? 0);
      let [id, , source, first] = kept;
      // A reload of the landing page carries the same campaign and starts nothing.
      const isNew = !id || !(Math.abs(idle) < timeout) || (isLanding && source !== campaign);
      if (isNew) {
        id = uuidV7();
        first = idle >= timeout ? '1' : '';
      }
      if (isNew || isLanding) source = campaign;
      isLanding = false;
      // To the second: an event in a loop need not write each time.
      if (isNew || Math.abs(idle) > 999) {
        store.set('s', [id, now, source, first].join('|'));
        mirror(id!, timeout / 1000);
      }
      return id!;
    },

    settle(id) {
      const [stored, , , first] = partsOf(store, 's');
      const isTogether =
        first && isVisitorId(stored) && Math.abs(visitorIdTime(id) - visitorIdTime(stored)) < together;
      return isTogether ? stored : id;
    },

    end() {
      // No time: the session that follows is a new one whatever another tab does.
      if (store.get('s')) store.set('s', '|-');
      mirror('', 0);
    },
  };
};
