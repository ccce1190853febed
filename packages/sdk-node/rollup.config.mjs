import { modules } from '../../scripts/rollup.mjs';

export default modules(import.meta.dirname, { index: 'src/index.ts' }, { formats: ['es', 'cjs'] });
