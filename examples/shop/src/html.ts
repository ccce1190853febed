/** Text that is markup already and is not escaped again. */
export interface Html {
  readonly markup: string;
}

export type Content = Html | string | number | null | undefined | false | readonly Content[];

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!);

const render = (content: Content): string => {
  if (content === null || content === undefined || content === false) return '';
  if (typeof content === 'string' || typeof content === 'number') return escape(String(content));
  return 'markup' in content ? content.markup : content.map(render).join('');
};

/**
 * A template tag: everything put in is escaped, except what another `html` made.
 *
 * @example html`<b>${customer.name}</b>`.markup
 */
export const html = (parts: TemplateStringsArray, ...values: readonly Content[]): Html => ({
  markup: parts.reduce((text, part, i) => text + render(values[i - 1]) + part),
});

/** Markup from the shop's own source, such as a drawing. Never for anything a visitor typed. */
export const markup = (text: string): Html => ({ markup: text });

/** JSON that can stand inside a script element: no `<` can close it. */
export const jsonForScript = (value: unknown): Html => markup(JSON.stringify(value).replace(/</g, '\\u003c'));
