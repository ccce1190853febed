import { afterAll, beforeAll, beforeEach } from 'vitest';

/**
 * One stage for all tests of a file, opened before the first and closed after the last. A second try of a test gets a
 * new one: what the first has left in the warehouse would count. Not where tests run side by side.
 *
 * @param give is handed each stage that was opened
 */
export const shareStage = <S extends { close(): Promise<void> }>(
  open: () => Promise<S>,
  give: (stage: S) => unknown = () => {},
): void => {
  let stage: S | undefined;
  const begin = async (): Promise<void> => {
    stage = await open();
    give(stage);
  };
  beforeAll(begin);
  beforeEach(async ({ task }) => {
    if (!task.result?.retryCount) return;
    await stage?.close();
    await begin();
  });
  afterAll(() => stage?.close());
};
