import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateDtsBundle } from 'dts-bundle-generator';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Writes one self-contained declaration file for each `types` entry of the package's `exports`.
 *
 * The private core is named through `paths` and thereby counts as a part of the package, so its types are
 * written out and its name never reaches a published file.
 *
 * @param {string} folder the package's folder
 * @param {Record<string, string>} sources output name without extension → source file
 */
export function writeTypes(folder, sources) {
  const entries = typeEntries(folder, sources);
  if (entries.length === 0) return;
  const project = join(root, 'node_modules/.cache/nitka', `types.${folder.split(/[\\/]/).at(-1)}.json`);
  mkdirSync(dirname(project), { recursive: true });
  writeFileSync(
    project,
    JSON.stringify({
      extends: join(folder, 'tsconfig.json'),
      compilerOptions: {
        paths: { '@nitka/core': [join(root, 'packages/core/src/index.ts')] },
        typeRoots: [join(root, 'node_modules/@types')],
      },
      files: entries.map(({ source }) => source),
      include: [],
    }),
  );
  try {
    const declarations = generateDtsBundle(
      entries.map(({ source }) => ({
        filePath: source,
        output: { noBanner: true, exportReferencedTypes: false },
      })),
      { preferredConfigPath: project },
    );
    entries.forEach(({ targets }, index) => {
      for (const target of targets) writeFileSync(target, declarations[index]);
    });
  } finally {
    rmSync(project, { force: true });
  }
}

/** Which source each declaration file named in `exports` is made of. */
function typeEntries(folder, entries) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.values(manifest.exports)
    .map((target) => [...typeTargets(target)])
    .map((targets) => ({
      source: entries[targets[0]?.replace(/^\.\/dist\//, '').replace(/\.d\.c?ts$/, '')],
      targets: targets.map((path) => join(folder, path)),
    }))
    .filter(({ source }) => source !== undefined);
}

function* typeTargets(target) {
  if (typeof target === 'string') return;
  for (const [condition, value] of Object.entries(target)) {
    if (condition === 'types') yield value;
    else yield* typeTargets(value);
  }
}
