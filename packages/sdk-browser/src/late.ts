import { importModule } from './import-module.mjs';
import type { Plugin, PluginHost } from './plugin.ts';

/**
 * The address of a plugin's file: what the tag says in an attribute of the plugin's name, or beside the script itself,
 * `nitka.mirror.js` for `nitka.js`. Names are the site's to choose: blockers have lists.
 */
export const addressOf = (name: string, tag: HTMLScriptElement): string => {
  // Not by `URL`: many a page has a variable of that name.
  const link = tag.ownerDocument.createElement('a');
  link.href = tag.getAttribute(`data-${name}`) || tag.src.replace(/(\.js)?(\?.*)?$/, `.${name}.js$2`);
  return link.href;
};

/**
 * Loads a file once consent lets a plugin work, and gives the function that it exports. `import()` because it takes over
 * the nonce of the script's own tag, and because Trusted Types ask no policy for it. A file that does not come, or
 * cannot be used, is reported.
 *
 * @param failed called in that case
 */
export const whenLoaded = <Exported>(
  host: PluginHost,
  address: string,
  use: (exported: Exported) => void,
  load = importModule,
  failed?: () => void,
): void =>
  host.whenAllowed(() => {
    load(address)
      .then((module) => use(Object.values(module as Record<string, Exported>)[0]!))
      .catch(() => {
        host.report('plugin_failed', address);
        failed?.();
      });
  });

/** A plugin that is loaded once the tracker has started. */
export const loadLater =
  (address: string, load = importModule): Plugin =>
  (host) => {
    let undo: (() => void) | void;
    let isClosed = false;
    whenLoaded<() => Plugin>(
      host,
      address,
      (plugin) => {
        if (!isClosed) undo = plugin()(host);
      },
      load,
    );
    return () => {
      isClosed = true;
      undo?.();
    };
  };
