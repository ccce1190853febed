import { readdirSync } from 'node:fs';
import { modules, scripts } from '../../scripts/rollup.mjs';
import { mangled } from './mangled.mjs';

const folder = import.meta.dirname;

/** Each file of src/plugins is a subpath of its own. */
function plugins() {
  try {
    const files = readdirSync(`${folder}/src/plugins`).filter((file) => file.endsWith('.ts'));
    return Object.fromEntries(files.map((file) => [file.slice(0, -'.ts'.length), `src/plugins/${file}`]));
  } catch {
    return {};
  }
}

/** Plugins that the script tag loads after its start, each in a minified module. */
const late = ['clicks', 'errors', 'mirror', 'scroll', 'web-vitals', 'web-vitals-attribution'];

const lateScripts = scripts(folder, 'plugin', {
  ...Object.fromEntries(late.map((name) => [`nitka.${name}`, `src/plugins/${name}.ts`])),
  // Of the plugin that the tag runs from the start: what judges.
  'nitka.forms': 'src/plugins/forms/link.ts',
}).map(({ output, ...config }) => ({ ...config, output: { ...output, format: 'es' } }));

/**
 * Nearly all that a tag's script holds runs as it starts. V8 then compiles it in one go, and beside the page's own work,
 * instead of function by function: a third of the start's time. Others read a comment.
 * https://v8.dev/blog/explicit-compile-hints
 */
const preamble = '//# allFunctionsCalledOnLoad';

export default [
  ...modules(
    folder,
    { index: 'src/index.ts', gzip: 'src/gzip.ts', react: 'src/react.ts', vue: 'src/vue.ts', ...plugins() },
    { browser: true },
  ),
  ...scripts(folder, 'nitka', { nitka: 'src/snippet.ts' }, { mangled, preamble }),
  ...scripts(
    folder,
    'nitka',
    { 'nitka.core': 'src/snippet-core.ts' },
    { mangled, preamble, instead: { 'src/features.ts': 'src/no-features.ts' } },
  ),
  ...lateScripts,
];
