/** Looks again and again until nothing is thrown, for as long as half a minute. */
export const eventually = async (look: () => Promise<void> | void): Promise<void> => {
  const until = Date.now() + 30_000;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
};
