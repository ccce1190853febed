import { expect, it } from 'vitest';
import { createBotMark } from '../src/bot.ts';
import { openTestCollector, serverKey } from './support/collector.ts';

const agents = {
  crawler: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  headless: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/143.0.0.0 Safari/537.36',
  program: 'python-requests/2.32',
  person: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
};

it('marks the events of bots with the reason, and keeps every one', async () => {
  const collector = await openTestCollector();
  for (const [name, userAgent] of Object.entries(agents)) {
    const event = { type: 'track', event: 'Seen', anonymousId: 'a', messageId: name, context: { userAgent } };
    const answer = await collector.app.inject({
      method: 'POST',
      url: '/v1/batch',
      headers: { authorization: `Bearer ${serverKey}` },
      payload: JSON.stringify({ batch: [event] }),
    });
    expect(answer.json()).toEqual({ success: true, accepted: 1, duplicates: 0 });
  }
  await collector.loaded();
  const rows = await collector.rows('SELECT message_id, bot FROM raw_events ORDER BY message_id');
  expect(rows).toEqual([
    { message_id: 'crawler', bot: expect.stringMatching(/^user-agent: \w/) },
    { message_id: 'headless', bot: expect.stringMatching(/^user-agent: .*headless/i) },
    { message_id: 'person', bot: null },
    { message_id: 'program', bot: expect.stringMatching(/^user-agent: \w/) },
  ]);
});

it('looks at a user agent once, and forgets when there are too many', () => {
  const asked: string[] = [];
  const mark = createBotMark((userAgent) => {
    asked.push(userAgent);
    return userAgent.includes('spider') ? 'spider' : null;
  });
  expect([mark('a spider'), mark('a spider'), mark('a browser'), mark('a browser'), mark(null)]).toEqual([
    'user-agent: spider', 'user-agent: spider', null, null, null,
  ]); // prettier-ignore
  expect(asked).toEqual(['a spider', 'a browser']);
  for (let index = 0; index < 1000; index += 1) mark(`browser ${index}`);
  expect(mark('a spider')).toBe('user-agent: spider');
  expect(asked.filter((userAgent) => userAgent === 'a spider')).toHaveLength(2);
});
