import { importModule } from './import-module.mjs';
import type { Plugin } from './plugin.ts';

type Module = Record<string, () => Plugin>;

/**
 * The address of a plugin's file: what the tag says in an attribute of the plugin's name, or beside the script itself,
 * `nitka.mirror.js` for `nitka.js`. Names are the site's to choose: blockers have lists.
 */
export const addressOf = (name: string, tag: HTMLScriptElement): string =>
  new URL(
    tag.getAttribute(`data-${name}`) || tag.src.replace(/(\.js)?(\?.*)?$/, `.${name}.js$2`),
    tag.baseURI,
  ).href;

/**
 * A plugin that is loaded once the tracker has started and consent lets it work. `import()` because it takes over the
 * nonce of the script's own tag, and because Trusted Types ask no policy for it.
 */
export const loadLater =
  (address: string, load = importModule): Plugin =>
  (host) => {
    let undo: (() => void) | void;
    let isClosed = false;
    host.whenAllowed(() => {
      if (isClosed) return;
      load(address)
        .then((module) => {
          if (!isClosed) undo = Object.values(module as Module)[0]!()(host);
        })
        .catch(() => host.report('plugin_failed', address));
    });
    return () => {
      isClosed = true;
      undo?.();
    };
  };
