import { standardFeatures } from './features.ts';
import { clicks } from './plugins/clicks.ts';
import { errors } from './plugins/errors.ts';
import { forms } from './plugins/forms.ts';
import { pageViews } from './plugins/page-views.ts';
import { scroll } from './plugins/scroll.ts';
import { startFromTag } from './script-tag.ts';

startFromTag(standardFeatures, { 'page-views': pageViews, forms, clicks, scroll, errors }, [
  'page-views',
  'forms',
]);
