import type { Plugin } from './plugin.ts';

/**
 * The plugins that a script's tag asks for.
 *
 * @param plugins by name, as in `data-plugins`; all of them run without that attribute
 * @param late finds a plugin of another name
 */
export const choosePlugins =
  (
    plugins: (tag: HTMLScriptElement) => Record<string, () => Plugin>,
    late: (name: string, tag: HTMLScriptElement) => Plugin,
  ) =>
  (tag: HTMLScriptElement): Plugin[] => {
    const { plugins: named, pageViews } = tag.dataset;
    const usual = plugins(tag);
    return (named?.split(/[\s,]+/) ?? Object.keys(usual))
      .filter((name) => name && !(name === 'page-views' && pageViews === 'off'))
      .map((name) => usual[name]?.() ?? late(name, tag));
  };
