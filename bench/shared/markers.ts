import { readFile, writeFile } from 'node:fs/promises';

/** Everything between `<!-- name -->` and the next `<!-- /bench -->`. */
const between = (name: string): RegExp =>
  new RegExp(`(<!-- ${name.replaceAll(/[^\w:-]/g, '')} -->\n)[\\s\\S]*?(<!-- /bench -->)`);

/**
 * Replaces what stands between the markers.
 * @returns the new text, or null if the text has no such markers
 */
export const replaceBetween = (text: string, name: string, content: string): string | null => {
  const pattern = between(name);
  if (!pattern.test(text)) return null;
  return text.replace(pattern, (_, open: string, close: string) => `${open}\n${content.trim()}\n\n${close}`);
};

/** Rewrites a file between its markers. False if there is no such file or it has no such markers. */
export const rewriteBetween = async (file: URL, name: string, content: string): Promise<boolean> => {
  const text = await readFile(file, 'utf8').catch(() => null);
  const replaced = text === null ? null : replaceBetween(text, name, content);
  if (replaced === null) return false;
  if (replaced !== text) await writeFile(file, replaced);
  return true;
};
