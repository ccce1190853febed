import { deepAll, isIgnored } from '../parts/tree.ts';

/** A field of a form, and a copy of it with what it held when the form was sent: the page may clear it in a moment. */
export type FieldCopy = readonly [field: HTMLInputElement, copy: HTMLInputElement];

/** The fields of a form, or of a block that serves as one. */
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

/** What the page says that a field is for. */
export const purposeOf = (field: Element): string => (field.getAttribute('autocomplete') ?? '').toLowerCase();

/** Copies of the fields that may hold an identifier. No value is read. */
export const copyFields = (root: Element): FieldCopy[] =>
  inputsOf(root)
    .filter(
      (field) =>
        /^(text|tel|email|number)$/.test(field.type) &&
        !field.readOnly &&
        !field.disabled &&
        !/cc-|one-time|password/.test(purposeOf(field)) &&
        !isIgnored(field),
    )
    .map((field) => [field, field.cloneNode() as HTMLInputElement]);
