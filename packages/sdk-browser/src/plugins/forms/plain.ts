import type { PluginHost } from '../../plugin.ts';
import { copyFields, purposeOf, type FieldCopy } from './copies.ts';
import type { Judge } from './moments.ts';
import { doubtlessPhone, inviteWords } from './words.ts';

/** What the only field of a kind holds. */
const only = (copies: readonly FieldCopy[], kind: RegExp, shape: RegExp): string | undefined => {
  const [found, other] = copies.filter(([, copy]) => kind.test(`${copy.type} ${purposeOf(copy)}`));
  const text = !other && found?.[1].value.trim();
  return text && shape.test(text) ? text : undefined;
};

/**
 * Links the visitor to what a submit event's form tells by the types of its fields alone, for the time in which the file is
 * not there that can tell more: the phone and the e-mail in the only field of its kind.
 */
export const linkPlainly =
  ({ link }: PluginHost): Judge =>
  ({ type, element }, { copies = copyFields(element!) } = {}) => {
    if (type !== 'submit' || inviteWords.test(element!.outerHTML.toLowerCase())) return false;
    const phone = only(copies, /\btel/, doubtlessPhone);
    const email = only(copies, /\bemail/, /@/);
    if (phone || email) link({ phone, email });
    return false;
  };
