import { parentOf } from '../parts/tree.ts';

const attributes = ['name', 'id', 'placeholder', 'aria-label', 'title', 'data-tilda-rule'];

/** All that names a field, in lower case, `camelCase` taken apart. */
export const hintsOf = (field: HTMLInputElement): string => {
  const own = attributes.map((name) => field.getAttribute(name));
  const labels = [...(field.labels ?? [])].map((label) => label.textContent);
  const root = field.getRootNode() as Document;
  const described = (field.getAttribute('aria-labelledby') ?? '')
    .split(/\s+/)
    .map((id) => id && root.getElementById?.(id)?.textContent);
  const texts = [...labels, ...described, field.placeholder, field.ariaLabel].some((text) => text?.trim())
    ? [...labels, ...described]
    : [textBeside(field)];
  return ` ${[...own, ...texts].join(' ; ')} `
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/\s+/g, ' ')
    .toLowerCase();
};

/** The title that builders put into a block beside the field, without tying the two. */
const textBeside = (field: Element): string => {
  let block: Element | null = field;
  for (let level = 0; level < 4 && block && block.tagName !== 'FORM'; level++, block = parentOf(block)) {
    if (block !== field && block.querySelectorAll('input:not([type=hidden]),textarea,select').length > 1)
      break;
    const before = block.previousElementSibling;
    const text =
      block.textContent.trim() || (before && !before.querySelector('input') && before.textContent.trim());
    if (text) return text.length < 80 ? text : '';
  }
  return '';
};
