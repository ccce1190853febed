import type { Plugin } from '../plugin.ts';
import { trackActivity } from './forms/activity.ts';
import { describe } from './forms/describe.ts';
import { linkForms } from './forms/link.ts';
import { watchMoments } from './forms/moments.ts';
import { isIgnored } from './parts/tree.ts';

export interface FormsOptions {
  /**
   * Also sends `Form Submitted` with the form's id and name, never values.
   * @default false
   */
  submitted?: boolean;
  /**
   * Also sends `Form Abandoned` when the visitor leaves a form that was begun and not sent: the form's id and name,
   * the names of the fields touched, the last of them. Never values.
   * @default false
   */
  abandonment?: boolean;
}

/**
 * Links the visitor to the phone and the e-mail that they send in a form.
 *
 * `data-nitka-ignore` on a field, a form or a block around them keeps the plugin out.
 *
 * @example createTracker({ writeKey, endpoint, plugins: [forms({ abandonment: true })] })
 */
export const forms =
  ({ submitted, abandonment }: FormsOptions = {}): Plugin =>
  (host) => {
    const activity = abandonment && trackActivity(host);
    const judge = linkForms(host, (form) => {
      if (activity) activity.done(form);
      if (submitted && !isIgnored(form)) host.track('Form Submitted', describe(form));
    });
    return watchMoments(host, (moment) => judge(moment));
  };
