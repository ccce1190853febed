import { addressOf, loadLater } from './late.ts';
import { campaign } from './plugins/campaign.ts';
import { externalIds } from './plugins/external-ids.ts';
import { formsLater } from './plugins/forms/late.ts';
import type { Plugin } from './plugin.ts';
import { pageViews } from './plugins/page-views.ts';
import { choosePlugins } from './plugin-names.ts';
import { startFromTag } from './script-tag.ts';

const usual = (tag: HTMLScriptElement): Record<string, () => Plugin> => ({
  campaign,
  'external-ids': externalIds,
  'page-views': pageViews,
  forms: () => formsLater(addressOf('forms', tag)),
});

// What else a tag may name comes from a file of its own: rollup.config.mjs lists them.
startFromTag(choosePlugins(usual, (name, tag) => loadLater(addressOf(name, tag))));
