import type { PluginHost } from '../../plugin.ts';
import type { WithReader } from './read-form.ts';
import { watchSubmissions } from './submissions.ts';

/**
 * Links the visitor to what each form sends.
 *
 * @param alsoTell of each submission, also of one without an identifier
 */
export const linkForms = (
  host: PluginHost,
  withReader: WithReader,
  alsoTell?: (form: Element) => void,
): (() => void) =>
  watchSubmissions(host, withReader, (form, { phone, email }) => {
    if (phone || email) host.link({ phone, email });
    alsoTell?.(form);
  });
