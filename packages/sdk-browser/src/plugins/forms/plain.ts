import { purposeOf } from './copies.ts';
import type { ReadForm } from './read-form.ts';
import { inviteWords } from './words.ts';

/** A phone of a person, where little but the keyboard says that a field is for one. */
export const doubtlessPhone = /^(\+|0|[78]?\D{0,3}9\d)/;

/**
 * What a form tells by the types of its fields alone: the phone or the e-mail in the only field of its kind. For the
 * time in which the words are not there by which fields are told apart.
 */
export const plainIdentifiersOf: ReadForm = (root, copies) => {
  const only = (kind: RegExp, shape: RegExp): string | undefined => {
    const [found, other] = copies.filter(([, copy]) => kind.test(`${copy.type} ${purposeOf(copy)}`));
    const text = !other && found?.[1].value.trim();
    return text && shape.test(text) ? text : undefined;
  };
  return inviteWords.test(root.outerHTML.toLowerCase())
    ? {}
    : { phone: only(/\btel/, doubtlessPhone), email: only(/\bemail/, /@/) };
};
