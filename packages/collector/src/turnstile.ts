/** Lets one piece of other work in between two steps of a loop. */
export interface Turnstile {
  /** By the loop, between two steps: waits for as long as somebody holds it. */
  pass(): Promise<void>;
  /** Resolves once the loop stands; what it resolves with lets the loop go on. */
  hold(): Promise<() => void>;
  /** The loop is over: nobody has to wait for it any more. */
  end(): void;
}

export const createTurnstile = (): Turnstile => {
  let holder: { readonly done: Promise<void>; readonly reached: () => void } | null = null;
  let ended = false;
  return {
    async pass() {
      while (holder) {
        holder.reached();
        await holder.done;
      }
    },
    async hold() {
      while (holder) await holder.done;
      let leave: () => void = () => undefined;
      const done = new Promise<void>((resolve) => (leave = resolve));
      await new Promise<void>((reached) => {
        holder = { done, reached };
        if (ended) reached();
      });
      return () => {
        holder = null;
        leave();
      };
    },
    end() {
      ended = true;
      holder?.reached();
    },
  };
};
