import { standardFeatures } from './features.ts';
import { forms } from './plugins/forms.ts';
import { startFromTag } from './script-tag.ts';

startFromTag(standardFeatures, { forms: forms() }, ['forms']);
