import { describe, expect, test } from 'vitest';
import { needsServer, title } from './servers.ts';

describe('needsServer', () => {
  test('gives the address from the environment', () => {
    const server = needsServer('postgres', { NITKA_TEST_POSTGRES: 'postgres://here' });
    expect(server).toMatchObject({ url: 'postgres://here', missing: undefined });
    expect(title('PostgreSQL', server)).toBe('PostgreSQL');
  });

  test('tells the command that would run the tests', () => {
    const server = needsServer('kafka', { CI: 'true' });
    expect(server.url).toBe('');
    expect(server.missing).toContain('source "$(bash .ci/servers/start.sh kafka)"');
    expect(title('Kafka', server)).toContain('NITKA_TEST_KAFKA is not set');
  });

  test('is an error where the servers were started', () => {
    expect(() => needsServer('webkit', { CI: 'true', NITKA_TEST_SERVERS: '1' })).toThrow('NITKA_TEST_WEBKIT');
  });

  test('has another address where TLS and a password are asked for, if the server was started with one', () => {
    const secure = { NITKA_TEST_KAFKA_SECURE: 'nitka:x@here', NITKA_TEST_KAFKA_CA: '/ca.pem' };
    expect(needsServer('kafka', secure).secure()).toEqual({ url: 'nitka:x@here', caFile: '/ca.pem' });
    expect(() => needsServer('kafka', {}).secure()).toThrow('NITKA_TEST_KAFKA_SECURE');
  });

  test('a server without a control program cannot be killed', async () => {
    await expect(needsServer('postgres', { NITKA_TEST_POSTGRES: 'x' }).control('kill')).rejects.toThrow(
      'NITKA_TEST_POSTGRES_CONTROL',
    );
  });
});
