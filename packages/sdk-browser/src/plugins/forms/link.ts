import type { PluginHost } from '../../plugin.ts';
import { createJudge } from './judge.ts';
import type { Judge } from './moments.ts';

/**
 * Links the visitor to what each form sends.
 *
 * @param alsoTell of each submission, also of one without an identifier
 */
export const linkForms = (host: PluginHost, alsoTell?: (form: Element) => void): Judge =>
  createJudge(host, (form, { phone, email }) => {
    if (phone || email) host.link({ phone, email });
    alsoTell?.(form);
  });
