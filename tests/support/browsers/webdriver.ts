/** A WebDriver session: commands are paths below it. https://www.w3.org/TR/webdriver2/#endpoints */
export interface Session {
  get<T>(path: string): Promise<T>;
  post<T = unknown>(path: string, body?: object): Promise<T>;
  remove(path: string): Promise<void>;
}

/**
 * @param address of a WebDriver, without a path
 * @param capabilities that the browser must have
 */
export async function startSession(address: string, capabilities: object): Promise<Session> {
  const { sessionId } = await call<{ sessionId: string }>(`${address}/session`, 'POST', {
    capabilities: { alwaysMatch: capabilities },
  });
  const base = `${address}/session/${sessionId}`;
  return {
    get: (path) => call(base + path, 'GET'),
    post: (path, body = {}) => call(base + path, 'POST', body),
    remove: async (path) => void (await call(base + path, 'DELETE')),
  };
}

async function call<T>(url: string, method: string, body?: object): Promise<T> {
  const response = await fetch(url, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) {
    const { error, message } = value as { error: string; message: string };
    throw new Error(`${method} ${new URL(url).pathname}: ${error}: ${message}`);
  }
  return value as T;
}
