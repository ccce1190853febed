/** What a task of the browser or the page gives; undefined where it throws: blocked, broken, or not there. */
export const attempt = <Result>(task: () => Result): Result | undefined => {
  try {
    return task();
  } catch {
    return undefined;
  }
};
