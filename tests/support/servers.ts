import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What `.ci/servers/start.sh` starts or installs. */
export type ServerName =
  | 'postgres'
  | 'clickhouse'
  | 'kafka'
  | 'nginx'
  | 'caddy'
  | 'promtool'
  | 'systemd'
  | 'dbt'
  | 'python'
  | 'go'
  | 'java'
  | 'firefox'
  | 'webkit';

/** A real server for tests, or the reason why there is none. */
export interface TestServer {
  /** Address of the server, or path of a program (a browser, a tool, what runs another language); empty if it is missing. */
  url: string;
  /** The same server where it speaks TLS alone and asks for a name and a password; of PostgreSQL and Kafka. */
  secure(): { url: string; caFile: string };
  /** Why tests that need the server are skipped, and the command that runs them. */
  missing: string | undefined;
  /** Ends the server's process in order, kills it, or starts it again on its port with its data. */
  control(command: 'stop' | 'kill' | 'start'): Promise<void>;
}

/**
 * The server a test needs, from the environment that `.ci/servers/start.sh` describes. Where continuous
 * integration has started the servers (`CI=true`, `NITKA_TEST_SERVERS=1`) a missing one is an error.
 *
 * @example
 * const postgres = needsServer('postgres');
 * describe.skipIf(postgres.missing)(title('PostgreSQL', postgres), () => { connect(postgres.url); });
 */
export function needsServer(
  name: ServerName,
  env: Readonly<Record<string, string | undefined>> = process.env,
): TestServer {
  const variable = `NITKA_TEST_${name.toUpperCase()}`;
  const url = env[variable] ?? '';
  const missing = url
    ? undefined
    : `${variable} is not set; run: source "$(bash .ci/servers/start.sh ${name})" and the tests again`;
  if (missing && env['CI'] === 'true' && env['NITKA_TEST_SERVERS'] === '1') throw new Error(missing);
  return {
    url,
    missing,
    secure() {
      const [address, caFile] = [env[`${variable}_SECURE`], env[`${variable}_CA`]];
      if (!address || !caFile) throw new Error(`${variable}_SECURE and ${variable}_CA are not set`);
      return { url: address, caFile };
    },
    async control(command) {
      const program = env[`${variable}_CONTROL`];
      if (!program) throw new Error(`${variable}_CONTROL is not set: ${name} cannot be told to ${command}`);
      await run(program, [command]);
    },
  };
}

/** A suite's title, with the reason for which it is skipped. */
export function title(text: string, server: TestServer): string {
  return server.missing ? `${text} (skipped: ${server.missing})` : text;
}
