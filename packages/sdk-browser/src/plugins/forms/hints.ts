import { parentOf } from '../parts/tree.ts';

/** All that names a field, in lower case, `camelCase` and numbers taken apart, each part ended by `;`. */
export const hintsOf = (field: HTMLInputElement): string => {
  const [placeholder, label, labelledBy] = ['placeholder', 'aria-label', 'aria-labelledby'].map(
    (name) => field.getAttribute(name) ?? '',
  );
  // `formcontrolname`, `ng-model`, `wire:model.live`, `data-inputmask`, `data-tilda-rule`: what frameworks and builders go by.
  const names = [...field.attributes]
    .filter(({ name }) => /^(name|id|title)$|controlname|model|mask|-rule$/.test(name))
    .map(({ value }) => value);
  const root = field.getRootNode() as Document;
  const labels = [
    ...(field.labels ?? []),
    ...labelledBy!.split(' ').map((id) => id && root.getElementById?.(id)),
  ];
  const texts = [placeholder, label, ...labels.map((each) => each && each.textContent)];
  if (!texts.join('').trim()) texts.push(textBeside(field));
  return ` ${[...texts, ...names].join(' ; ')} ; `
    .replace(/___+/g, ' phone ')
    .replace(/([a-z])(?=[A-Z\d])/g, '$1 ')
    .replace(/[^a-zа-яё\d+;]+/gi, ' ')
    .toLowerCase();
};

/** The title that builders put into a block beside the field, without tying the two. */
const textBeside = (field: Element): string => {
  let block: Element | null = field;
  for (let level = 0; level < 4 && block && block.tagName !== 'FORM'; level++, block = parentOf(block)) {
    if (block.querySelectorAll('input:not([type=hidden]),textarea,select').length > 1) break;
    const before = block.previousElementSibling;
    const text =
      block.textContent.trim() || (before && !before.querySelector('input') && before.textContent.trim());
    if (text) return text.length < 80 ? text : '';
  }
  return '';
};
