import { modules } from '../../scripts/rollup.mjs';

const folder = import.meta.dirname;

export default [
  ...modules(
    folder,
    {
      index: 'src/index.ts',
      disk: 'src/disk/index.ts',
      express: 'src/middleware/express.ts',
      fastify: 'src/middleware/fastify.ts',
      testing: 'src/testing/index.ts',
    },
    { formats: ['es', 'cjs'] },
  ),
  ...modules(folder, { till: 'src/till/main.ts' }),
  // With the browser's side of its dependencies: an edge runtime has no node: modules.
  ...modules(folder, { edge: 'src/edge.ts' }, { browser: true }),
  ...modules(folder, { web: 'src/middleware/web.ts' }, { browser: true, formats: ['es', 'cjs'] }),
];
