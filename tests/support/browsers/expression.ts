/** Code for a page, as one expression: every engine takes text, and not every one takes functions. */
export function expression(code: string | ((...args: never[]) => unknown), args: unknown[]): string {
  return typeof code === 'string' ? code : `(${code.toString()})(...${JSON.stringify(args)})`;
}
