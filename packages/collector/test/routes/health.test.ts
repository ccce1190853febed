import { describe, expect, it, onTestFinished } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config-file.ts';
import { createEnrich } from '../../src/enrich.ts';
import { createIngest } from '../../src/ingest.ts';
import { createMetrics } from '../../src/plugins/metrics.ts';
import { behindOf } from '../../src/spool/state.ts';
import { browserKey, openTestCollector, temporaryFolder, testSources } from '../support/collector.ts';

describe('health routes', () => {
  it('tell that it lives, that it is ready, and the books', async () => {
    const { app, loaded } = await openTestCollector();
    await app.inject({
      method: 'POST',
      url: '/v1/track',
      payload: JSON.stringify({ writeKey: browserKey, event: 'E', userId: 'u' }),
    });
    await loaded();
    expect((await app.inject('/healthz')).json()).toEqual({ status: 'ok' });
    expect((await app.inject('/readyz')).json()).toEqual({
      ready: true,
      reason: null,
      spool: { trouble: null },
      destinations: [{ name: 'duckdb', waiting: 0, behindSeconds: 0, trouble: null }],
    });
    const metrics = (await app.inject('/metrics')).body;
    expect(metrics).toContain('nitka_events{source="site",state="accepted"} 1');
    expect(metrics).toContain(
      'nitka_destination_events{source="site",destination="duckdb",state="loaded"} 1',
    );
    expect(metrics).toContain('nitka_http_answers_total{route="/v1/track",status="200"} 1');
    expect(metrics).not.toContain(browserKey);
  });

  it('answers 503 with Retry-After while the disk is full, and nothing is accepted', async () => {
    const { app, spool } = await openTestCollector({ limits: { freeDiskBytes: Number.MAX_SAFE_INTEGER } });
    const response = await app.inject({
      method: 'POST',
      url: '/v1/track',
      payload: JSON.stringify({ writeKey: browserKey, event: 'E', userId: 'u' }),
    });
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ code: 'spool_full' });
    expect(response.headers['retry-after']).toBe('30');
    expect((await app.inject('/readyz')).statusCode).toBe(503);
    expect(spool.ledger.read().size).toBe(0);
  });

  it('names what keeps the spool from being loaded, and is ready all the same: events wait in the log', async () => {
    const folder = temporaryFolder();
    const config = parseConfig({ sources: testSources, log: { level: 'silent' } }, folder);
    const since = Date.now() - 60_000;
    const spoolTrouble = () => ({ code: 'spool_full', since, refuses: false }) as const;
    const spool = {
      lag: () => 5,
      head: () => 6,
      cursor: () => ({ next: 1, ranges: [] }),
      receivedAt: () => null,
      ledger: { read: () => new Map() },
    };
    const behind = behindOf(spool, systemClock, () => spoolTrouble().since);
    const loader = { troubles: () => new Map([['duckdb', null]]) };
    const app = await buildApp(config, {
      ingest: createIngest({
        config,
        spool: { append: async () => ({ duplicates: 0 }) },
        enrich: createEnrich('keep'),
      }),
      backpressure: { reason: () => null, stop: () => undefined },
      spool,
      spoolTrouble,
      loader,
      behind,
      metrics: createMetrics({ spool, names: ['duckdb'], behind, spoolTrouble }),
      clock: systemClock,
      onAccepted: () => undefined,
    });
    onTestFinished(() => app.close());
    const answer = await app.inject('/readyz');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      ready: true,
      reason: null,
      spool: { trouble: { code: 'spool_full', since: new Date(since).toISOString() } },
      destinations: [{ name: 'duckdb', waiting: 5, behindSeconds: 60, trouble: null }],
    });
    const metrics = (await app.inject('/metrics')).body;
    expect(metrics).toContain('nitka_spool_trouble{code="spool_full"} 1');
    expect(metrics).toContain('nitka_spool_trouble{code="spool_corrupt"} 0');
    expect(metrics).toMatch(/nitka_destination_behind_seconds\{destination="duckdb"\} 60/);
  });

  it('answers 429 with Retry-After beyond the limit of an address, but not to the operator', async () => {
    const { app } = await openTestCollector({ limits: { requestsPerMinute: 2 } });
    const send = () =>
      app.inject({
        method: 'POST',
        url: '/v1/page',
        payload: JSON.stringify({ writeKey: browserKey, userId: 'u' }),
      });
    expect((await send()).statusCode).toBe(200);
    expect((await send()).statusCode).toBe(200);
    const refused = await send();
    expect(refused.statusCode).toBe(429);
    expect(refused.json()).toMatchObject({ success: false, code: 'rate_limited' });
    // What is left of the minute: a client that tries ten times, five seconds apart, would drop its events before it is over.
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
    expect((await app.inject('/healthz')).statusCode).toBe(200);
  });

  it('gives clients of Segment and RudderStack their settings', async () => {
    const { app } = await openTestCollector();
    const settings = await app.inject({
      method: 'GET',
      url: `/v1/projects/${browserKey}/settings`,
      headers: { host: 'c.shop.example' },
    });
    expect(settings.json()).toMatchObject({
      integrations: { 'Segment.io': { apiKey: browserKey, apiHost: 'c.shop.example/v1' } },
    });
    expect((await app.inject('/v1/projects/nope/settings')).json()).toMatchObject({
      code: 'unknown_write_key',
    });
    const source = await app.inject(`/sourceConfig?writeKey=${browserKey}`);
    expect(source.json()).toMatchObject({ source: { enabled: true, destinations: [] } });
  });
});
