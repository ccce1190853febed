import { readFileSync, existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import nodeResolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import typescript from '@rollup/plugin-typescript';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * What a package lists as a dependency stays outside its bundle; everything else it imports, the private core
 * included, is bundled in.
 */
function isExternal(folder) {
  const { dependencies, peerDependencies, optionalDependencies } = readManifest(folder);
  const names = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
  return (id) =>
    id.startsWith('node:') ||
    builtinModules.includes(id) ||
    names.some((name) => id === name || id.startsWith(`${name}/`));
}

/** @returns {{ name: string, dependencies?: object, peerDependencies?: object, optionalDependencies?: object }} */
function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** The entries whose source exists; the others are named, so that a half-written package still builds. */
function existing(folder, entries) {
  const found = {};
  for (const [name, source] of Object.entries(entries)) {
    if (existsSync(join(folder, source))) found[name] = join(folder, source);
    else console.warn(`${readManifest(folder).name}: ${source} does not exist yet, skipped`);
  }
  return found;
}

function plugins(folder, { browser = false } = {}) {
  return [
    typescript({
      tsconfig: join(folder, 'tsconfig.json'),
      filterRoot: root,
      compilerOptions: {
        // The types gate checks types. Here only syntax is removed, which keeps a rebuild fast.
        noCheck: true,
        target: browser ? 'es2020' : 'es2022',
        rewriteRelativeImportExtensions: true,
        sourceMap: true,
        inlineSources: true,
      },
    }),
    nodeResolve({ browser, exportConditions: browser ? ['browser'] : ['node'] }),
  ];
}

function build(folder, input, output, options) {
  return {
    input,
    output,
    external: isExternal(folder),
    plugins: plugins(folder, options),
    onwarn(warning, warn) {
      // A cycle or an import that cannot be found must not slip into what is published.
      if (warning.code === 'CIRCULAR_DEPENDENCY' || warning.code === 'UNRESOLVED_IMPORT') {
        throw new Error(warning.message);
      }
      warn(warning);
    },
  };
}

/**
 * One ES module per entry, shared code in chunks.
 *
 * @param {string} folder the package's folder
 * @param {Record<string, string>} entries output name without extension → source file
 * @param {{ browser?: boolean, formats?: ('es' | 'cjs')[] }} [options]
 */
export function modules(folder, entries, { browser = false, formats = ['es'] } = {}) {
  const input = existing(folder, entries);
  if (Object.keys(input).length === 0) return [];
  const output = formats.map((format) => {
    const extension = format === 'cjs' ? 'cjs' : 'js';
    return {
      dir: join(folder, 'dist'),
      format,
      sourcemap: true,
      entryFileNames: `[name].${extension}`,
      // Builds of one package share the folder, so each names its chunks after its first entry.
      chunkFileNames: `chunks/${Object.keys(input)[0]}-[name].${extension}`,
      generatedCode: 'es2015',
    };
  });
  return [build(folder, input, output, { browser })];
}

/**
 * One minified script per entry, for a `<script>` tag.
 *
 * @param {string} folder the package's folder
 * @param {string} name the global the script defines
 * @param {Record<string, string>} entries output name without extension → source file
 * @param {{ mangled?: readonly string[] }} [options] property names that may be shortened
 */
export function scripts(folder, name, entries, { mangled = [] } = {}) {
  const properties = mangled.length > 0 && { regex: new RegExp(`^(${mangled.join('|')})$`), builtins: true };
  return Object.entries(existing(folder, entries)).map(([file, source]) =>
    build(
      folder,
      source,
      {
        file: join(folder, 'dist', `${file}.js`),
        format: 'iife',
        name,
        sourcemap: true,
        generatedCode: 'es2015',
        plugins: [
          terser({
            ecma: 2020,
            compress: { passes: 3, unsafe_arrows: true, pure_getters: true },
            mangle: { properties },
          }),
        ],
      },
      { browser: true },
    ),
  );
}
