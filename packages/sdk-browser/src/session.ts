import type { TextStore } from './storage/text-store.ts';
import { uuidV7 } from './uuid.ts';

export interface Session {
  /** The session's id at this moment; the visitor is active. */
  touch(now: number): string;
  /** The next event starts a new one. */
  end(): void;
}

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
      const [id, at = 0, source = ''] = (store.get(key) ?? '').split('|');
      const idle = now - Number(at);
      // A reload of the landing page carries the same campaign and starts nothing.
      const isNew = !id || !(Math.abs(idle) < timeout) || (isLanding && source !== campaign);
      const current = isNew ? uuidV7() : id;
      // To the second: an event in a loop need not write each time.
      if (isNew || Math.abs(idle) > 999) {
        store.set(key, [current, now, isLanding || isNew ? campaign : source].join('|'));
      }
      isLanding = false;
      return current;
    },

    end: () => store.remove(key),
  };
};
