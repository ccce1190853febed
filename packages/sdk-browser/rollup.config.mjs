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

export default [
  ...modules(folder, { index: 'src/index.ts', ...plugins() }, { browser: true }),
  ...scripts(folder, 'nitka', { nitka: 'src/snippet.ts', 'nitka.core': 'src/snippet-core.ts' }, { mangled }),
];
