import { readFileSync, existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import nodeResolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import typescript from '@rollup/plugin-typescript';
import { relax, unpack } from './unpack.mjs';

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

/** Reads one source file in the place of another. */
function replaceSources(folder, instead) {
  const files = new Map(Object.entries(instead).map((pair) => pair.map((file) => join(folder, file))));
  return { name: 'instead', load: (id) => (files.has(id) ? readFileSync(files.get(id), 'utf8') : null) };
}

function plugins(folder, { browser = false, instead = {} } = {}) {
  return [
    replaceSources(folder, instead),
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
 * @param {{ mangled?: readonly string[], instead?: Record<string, string>, preamble?: string }} [options] property
 *   names that may be shortened; source files that others take the place of; the first line
 */
export function scripts(folder, name, entries, { mangled = [], instead = {}, preamble } = {}) {
  const properties = mangled.length > 0 && { regex: new RegExp(`^(${mangled.join('|')})$`), builtins: true };
  return Object.entries(existing(folder, entries)).map(([file, source]) =>
    build(
      folder,
      source,
      {
        file: join(folder, 'dist', `${file}.js`),
        format: 'iife',
        name,
        // Without a link to it: the script's name is the site's to choose, and a collector serves no maps.
        sourcemap: 'hidden',
        strict: false,
        generatedCode: 'es2015',
        plugins: [
          {
            name: 'unpack',
            renderChunk(code) {
              const parse = (text) => this.parse(text);
              return { code: relax(unpack(code, parse), parse), map: null };
            },
          },
          terser({
            ecma: 2020,
            // Inlining more than what only returns costs bytes: it makes one long scope, with longer names.
            compress: {
              passes: 3,
              unsafe: true,
              unsafe_arrows: true,
              unsafe_math: true,
              hoist_funs: true,
              negate_iife: false,
              // The package has this enum in its types alone.
              // oxlint-disable-next-line typescript/no-unsafe-enum-assignment
              inline: 1,
              pure_getters: true,
            },
            mangle: { properties },
            format: { preamble },
          }),
        ],
      },
      { browser: true, instead },
    ),
  );
}
