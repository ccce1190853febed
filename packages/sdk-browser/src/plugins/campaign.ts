import type { Plugin } from '../plugin.ts';
import { createTouches } from './campaign/touches.ts';

export interface CampaignOptions {
  /** Names of further parameters of the address that are click ids. */
  clickIds?: readonly string[];
}

/**
 * Keeps how the visitor came first and last (utm parameters, click ids, referrer, landing page) and puts both into
 * `context.touch` of each event, and this page's utm parameters into `context.campaign`.
 *
 * @example createTracker({ writeKey, endpoint, plugins: [campaign({ clickIds: ['partner_click'] })] })
 */
export const campaign =
  ({ clickIds }: CampaignOptions = {}): Plugin =>
  (host) => {
    const landed = createTouches(host.window, Date.now(), clickIds);
    host.enrich((store) => ({ campaign: landed.utm, touch: landed.touches(store, 't') }));
  };
