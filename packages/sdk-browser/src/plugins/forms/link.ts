import type { PluginHost } from '../../plugin.ts';
import { watchSubmissions } from './submissions.ts';

/**
 * Links the visitor to what each form sends: all that the script tag's `forms` does.
 *
 * @param alsoTell of each submission, also of one without an identifier
 */
export const linkForms = (host: PluginHost, alsoTell?: (form: Element) => void): (() => void) =>
  watchSubmissions(host, (form, { phone, email }) => {
    if (phone || email) host.link({ phone, email });
    alsoTell?.(form);
  });
