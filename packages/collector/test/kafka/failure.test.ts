import { expect, it } from 'vitest';
import { failureText } from '../../src/kafka/failure.ts';

const withErrors = (message: string, ...errors: Error[]): Error =>
  Object.assign(new Error(message), { errors });

it('says why below that it was tried, each reason once', () => {
  const refused = (): Error =>
    new Error('Connection to kafka:9093 failed.', { cause: new Error('self-signed certificate') });
  const tried = withErrors('metadata failed 3 times.', refused(), refused(), new Error('Connection closed'));
  expect(failureText(tried)).toBe(
    'metadata failed 3 times: Connection to kafka:9093 failed: self-signed certificate; Connection closed',
  );
});

it('names what the protocol calls it, wherever it stands', () => {
  const named = Object.assign(new Error('Not allowed.'), { apiId: 'TOPIC_AUTHORIZATION_FAILED' });
  expect(failureText(withErrors('CreateTopics failed.', named, named))).toBe(
    'CreateTopics failed: Not allowed (TOPIC_AUTHORIZATION_FAILED)',
  );
});

it('ends with errors that are their own cause, and with what is no error', () => {
  const endless = new Error('again');
  endless.cause = endless;
  expect(failureText(endless)).toMatch(/^again(: again){6}$/);
  expect(failureText('gone')).toBe('gone');
});
