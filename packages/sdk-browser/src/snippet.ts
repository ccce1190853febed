import { standardFeatures } from './features.ts';
import { campaign } from './plugins/campaign.ts';
import { clicks } from './plugins/clicks.ts';
import { errors } from './plugins/errors.ts';
import { externalIds } from './plugins/external-ids.ts';
import { forms } from './plugins/forms.ts';
import { mirror } from './plugins/mirror.ts';
import { pageViews } from './plugins/page-views.ts';
import { scroll } from './plugins/scroll.ts';
import { startFromTag } from './script-tag.ts';

startFromTag(
  standardFeatures,
  {
    campaign,
    'external-ids': externalIds,
    'page-views': pageViews,
    forms,
    clicks,
    scroll,
    errors,
    mirror,
  },
  ['campaign', 'external-ids', 'page-views', 'forms'],
);
