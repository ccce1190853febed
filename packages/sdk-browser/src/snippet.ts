import { forms } from './plugins/forms.ts';
import { startFromTag } from './script-tag.ts';

startFromTag({ forms: forms() }, ['forms']);
