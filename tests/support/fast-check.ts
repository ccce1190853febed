import fc from 'fast-check';

/**
 * Properties hold for anything, and a run that has to decide about a change asks the same of it each time.
 * `NITKA_SEED=$RANDOM NITKA_RUNS=10000` looks further.
 */
const { NITKA_SEED: seed = '20261122', NITKA_RUNS: runs } = process.env;
fc.configureGlobal({ seed: Number(seed), ...(runs && { numRuns: Number(runs) }) });

export { fc };
