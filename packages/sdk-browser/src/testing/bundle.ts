/* What the tests take from the package, as one bundle: minified and with shortened property names, like the script tag's. */
export { createTracker } from '../create-tracker.ts';
export { campaign } from '../plugins/campaign.ts';
export { clicks } from '../plugins/clicks.ts';
export { errors } from '../plugins/errors.ts';
export { externalIds, readExternalIds } from '../plugins/external-ids.ts';
export { forms } from '../plugins/forms.ts';
export { linker } from '../plugins/linker.ts';
export { mirror } from '../plugins/mirror.ts';
export { pageViews } from '../plugins/page-views.ts';
export { scroll } from '../plugins/scroll.ts';
export { startFromTag } from '../script-tag.ts';
export { openPageTracker } from './open.ts';
