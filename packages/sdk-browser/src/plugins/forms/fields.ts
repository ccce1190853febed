import { closest } from '../parts/tree.ts';
import { purposeOf, type FieldCopy } from './copies.ts';
import { hintsOf } from './hints.ts';
import {
  emailWords,
  foreignWords,
  inviteWords,
  numberWords,
  phoneOrCard,
  phoneWords,
  recipientWords,
  secondWords,
} from './words.ts';

/** A field that may hold an identifier of the visitor. Its value has not been read yet. */
export interface Field {
  readonly input: HTMLInputElement;
  /** With what it held when the form was sent. */
  readonly copy: HTMLInputElement;
  readonly phone: boolean;
  readonly email: boolean;
  /** Little says that it is a phone: the value has to look like one beyond doubt. */
  readonly doubtful: boolean;
  /** The lowest is the visitor's own. */
  readonly rank: number;
}

/** The fields of a form, or of a block that serves as one, that may hold an identifier; the visitor's own first. */
export const fieldsOf = (root: Element, copies: readonly FieldCopy[]): Field[] => {
  const heading = root.querySelector('h1,h2,h3,h4,legend')?.textContent;
  return inviteWords.test(
    `${root.id} ${root.className} ${root.getAttribute('name')} ${heading}`.toLowerCase(),
  )
    ? []
    : copies.flatMap((each) => classify(...each) ?? []).sort((one, other) => one.rank - other.rank);
};

const classify = (input: HTMLInputElement, copy: HTMLInputElement): Field | undefined => {
  const purpose = purposeOf(copy);
  const keyboard = `${copy.type} ${copy.getAttribute('inputmode')}`;
  if (closest(input, '[role=search]')) return;
  const hints = hintsOf(input);
  const orCard = phoneOrCard.test(hints);
  if (foreignWords.test(hints.replace(phoneOrCard, '')) || inviteWords.test(hints)) return;
  const named = phoneWords.test(`${hints} ${input.className}`.toLowerCase()) || /\btel/.test(purpose);
  const phone = named || /tel/.test(keyboard) || numberWords.test(hints);
  const email =
    (/email/.test(keyboard + purpose) || emailWords.test(hints + purpose)) && !recipientWords.test(hints);
  if (!phone && !email) return;
  const rank = secondWords.test(hints) ? 2 : /tel|email/.test(purpose) ? 0 : 1;
  return { input, copy, phone, email, doubtful: !named || orCard, rank };
};
