import { openTestCollector, serverKey } from './collector.ts';

/** What `/metrics` says after one event has gone all the way. */
export const metricsText = async (): Promise<string> => {
  const { app, loaded } = await openTestCollector();
  await app.inject({
    method: 'POST',
    url: '/v1/track',
    headers: { authorization: `Bearer ${serverKey}` },
    payload: '{"event":"E","userId":"u"}',
  });
  await loaded();
  return (await app.inject('/metrics')).body;
};
