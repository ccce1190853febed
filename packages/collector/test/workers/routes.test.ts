import { beforeEach, vi } from 'vitest';

// The same tests again, with the events judged in another thread.
beforeEach(() => void vi.stubEnv('NITKA_TEST_WORKERS', '1'));
await import('../routes/batch.test.ts');
await import('../routes/kept-bodies.test.ts');
