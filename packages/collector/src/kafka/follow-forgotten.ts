import type { ForgetList } from './forget-list.ts';

/** Milliseconds until a collector knows of somebody who was forgotten elsewhere. */
const followEvery = 1000;

export interface Following {
  /** Resolves when nothing is being read any more. */
  stop(): Promise<void>;
}

/**
 * Whoever is forgotten elsewhere is not collected here either: the list is read once before this resolves, and again and again from then
 * on. A loader looks for itself before each load.
 *
 * @param onFailure told of the first of several failures in a row
 * @param onRetry told of each
 */
export const followForgotten = async (
  list: Pick<ForgetList, 'refresh'>,
  onFailure: (error: unknown) => void,
  onRetry: () => void,
): Promise<Following> => {
  let failed = false;
  const read = (): Promise<void> =>
    list.refresh().then(
      () => void (failed = false),
      (error: unknown) => {
        if (!failed) onFailure(error);
        onRetry();
        failed = true;
      },
    );
  let reading = read();
  await reading;
  const timer = setInterval(() => void (reading = reading.then(read)), followEvery);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      return reading;
    },
  };
};
