/** Does one piece of work after the other, in the order in which they are given, whatever becomes of those before. */
export type OneAtATime = <T>(work: () => Promise<T>) => Promise<T>;

export const createOneAtATime = (): OneAtATime => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
};
