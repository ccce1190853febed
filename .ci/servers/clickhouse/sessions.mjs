/**
 * A connection for each request, or the same one for all requests that name a session.
 *
 * @param {{ connect: () => any }} engine
 */
export function createSessions(engine) {
  const named = new Map();

  function drop(id) {
    const entry = named.get(id);
    if (!entry) return;
    clearTimeout(entry.timer);
    named.delete(id);
    entry.connection.close();
  }

  async function once(work) {
    const connection = engine.connect();
    try {
      return await work(connection);
    } finally {
      connection.close();
    }
  }

  async function inSession(id, given, work) {
    const entry = named.get(id) ?? { connection: engine.connect(), busy: false, timer: undefined };
    if (entry.busy)
      throw new Error(
        `Code: 373. DB::Exception: Session ${id} is locked by a concurrent client. (SESSION_IS_LOCKED)`,
      );
    named.set(id, entry);
    clearTimeout(entry.timer);
    entry.busy = true;
    try {
      return await work(entry.connection);
    } finally {
      entry.busy = false;
      if (given.get('close_session') === '1') drop(id);
      else entry.timer = setTimeout(() => drop(id), Number(given.get('session_timeout') ?? 60) * 1000);
    }
  }

  return {
    /** @template T @param {Map<string, string>} given @param {(connection: any) => Promise<T>} work */
    within(given, work) {
      const id = given.get('session_id');
      return id ? inSession(id, given, work) : once(work);
    },
    close() {
      for (const id of named.keys()) drop(id);
    },
  };
}
