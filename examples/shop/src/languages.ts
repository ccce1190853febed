export const languages = ['ru', 'en'] as const;

export type Language = (typeof languages)[number];

export type InBoth<T = string> = Record<Language, T>;

/** Russian pages stand at the root, English ones under /en. */
export const pathIn = (language: Language, path: string): string =>
  language === 'ru' ? path : `/en${path === '/' ? '' : path}`;

const formats: InBoth<Intl.NumberFormat> = {
  ru: new Intl.NumberFormat('ru-RU', { maximumFractionDigits: 0 }),
  en: new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 }),
};

/** A price in whole roubles: `8 900 ₽`, `₽8,900`. */
export const roubles = (amount: number, language: Language): string =>
  language === 'ru' ? `${formats.ru.format(amount)}\u00a0₽` : `₽${formats.en.format(amount)}`;
