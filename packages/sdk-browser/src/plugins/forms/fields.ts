import { closest, deepAll, isIgnored } from '../parts/tree.ts';
import { hintsOf } from './hints.ts';
import { emailWords, foreignWords, inviteWords, phoneWords, secondWords } from './words.ts';

/** A field that may hold an identifier of the visitor. Its value has not been read yet. */
export interface Field {
  readonly input: HTMLInputElement;
  readonly phone: boolean;
  readonly email: boolean;
  /** Nothing but the keyboard says that it is a phone: the value has to look like one beyond doubt. */
  readonly doubtful: boolean;
  /** The lowest is the visitor's own. */
  readonly rank: number;
}

/** The fields of a form, or of a block that serves as one, that may hold an identifier; the visitor's own first. */
export const fieldsOf = (root: Element): Field[] => {
  const heading = root.querySelector('h1,h2,h3,h4,legend')?.textContent;
  return isIgnored(root) ||
    inviteWords.test(`${root.id} ${root.className} ${root.getAttribute('name')} ${heading}`.toLowerCase())
    ? []
    : inputsOf(root)
        .flatMap((input) => classify(input) ?? [])
        .sort((one, other) => one.rank - other.rank);
};

const inputsOf = (root: Element): HTMLInputElement[] => {
  const inside = deepAll(root, 'input') as HTMLInputElement[];
  // Fields outside the form that belong to it by `form="id"`. A field named "elements" hides the property.
  const outside = (root.getRootNode() as Document).querySelectorAll<HTMLInputElement>('input[form]');
  return root.tagName === 'FORM'
    ? [...new Set([...inside, ...outside])].filter(({ form }, at) =>
        form ? form === root : at < inside.length,
      )
    : inside;
};

const classify = (input: HTMLInputElement): Field | undefined => {
  const { type } = input;
  const purpose = (input.getAttribute('autocomplete') ?? '').toLowerCase();
  const keyboard = `${type} ${input.getAttribute('inputmode')}`;
  if (
    !/^(text|tel|email|number)$/.test(type) ||
    input.readOnly ||
    input.disabled ||
    /cc-|one-time|password/.test(purpose) ||
    closest(input, '[data-nitka-ignore],[role=search]')
  )
    return;
  const hints = hintsOf(input);
  if (foreignWords.test(hints) || inviteWords.test(hints)) return;
  const named = phoneWords.test(`${hints} ${input.className}`.toLowerCase()) || /\btel/.test(purpose);
  const phone = named || /tel/.test(keyboard);
  const email = /email/.test(keyboard + purpose) || emailWords.test(hints + purpose);
  if (!phone && !email) return;
  const rank = secondWords.test(hints) ? 2 : /tel|email/.test(purpose) ? 0 : 1;
  return { input, phone, email, doubtful: !named, rank };
};
