import fc from 'fast-check';
import type { Random } from '../random.ts';

/** JSON as text, so that it can be what `JSON.stringify` never writes. */
export type Text = string;

const text = (value: unknown): Text => JSON.stringify(value);

/** What parsers, columns and databases have stumbled over. Functions, since the large ones are made when used. */
const nasty: readonly (() => Text)[] = [
  () => '1e999',
  () => '-1e999',
  () => '1e-999',
  () => '-0',
  () => '9007199254740993',
  () => '9'.repeat(4000),
  () => `0.${'1'.repeat(4000)}`,
  () => '"\\ud800"',
  () => '"\\udc00\\ud800"',
  () => '"\\u0000"',
  () => '"\\u202e\\ufeff\\uffff"',
  () => text('😀'.repeat(50)),
  () => text(`' OR 1=1; DROP TABLE raw_events; --`),
  () => text('${jndi:ldap://x}<script>alert(1)</script>'),
  () => text('x'.repeat(33_000)),
  () => text('8'.repeat(5000)),
  () => text(`${'a'.repeat(3000)}@${'b.'.repeat(3000)}ru`),
  () => text(`+7${' (-)'.repeat(2000)}9`),
  () => text('Mozilla/5.0 '.repeat(1500)),
  () => '{"__proto__":{"polluted":"yes"}}',
  () => '{"constructor":{"prototype":{"polluted":"yes"}}}',
  () => '{"toString":1,"hasOwnProperty":null,"valueOf":{}}',
  () => '{"a":1,"a":2,"\\u0061":3}',
  () => '{"":{"":{"":null}}}',
  () => `${'['.repeat(40)}${']'.repeat(40)}`,
  () => `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`,
  () => `${'['.repeat(3000)}${']'.repeat(3000)}`,
  () => '"9999-99-99T99:99:99Z"',
  () => '"+275760-09-13T00:00:00.001Z"',
  () => '"-271821-04-19T23:59:59.999Z"',
  () => '1e20',
  () => '-62135596800001',
  () => 'null',
  () => 'true',
  () => '[]',
  () => '{}',
  () => '""',
];

/** What is no JSON at all. */
const broken: readonly Text[] = [
  '',
  '{',
  '[',
  '"',
  '{"a"',
  '{"a":}',
  '[1,]',
  '{"a":1,}',
  'NaN',
  "{'a':1}",
  '/**/1',
  '01',
  'nul',
  '"\\x"',
  '"\n"',
  '\u00a01',
  '{}{}',
];

const names = ['type', 'messageId', 'anonymousId', 'userId', 'groupId', 'previousId', 'event', 'name', 'category', 'properties',
  'traits', 'context', 'integrations', 'timestamp', 'originalTimestamp', 'sentAt', 'receivedAt', '__proto__', 'constructor', 'batch', 'writeKey'] as const; // prettier-ignore

const inner: Readonly<Record<string, readonly string[]>> = {
  context: ['sessionId', 'sequence', 'library', 'ip', 'userAgent', 'traits', 'page', 'campaign', '__proto__'],
  traits: ['phone', 'email', 'phoneSha256', 'emailSha256', '__proto__'],
  properties: ['phone', 'email', 'n', 'url', '__proto__'],
};

/** By the event's schema: the right types, from the edges of what they allow. */
const events = fc.record(
  {
    type: fc.constantFrom('track', 'page', 'screen', 'identify', 'group', 'alias'),
    messageId: fc.oneof(
      fc.uuid(),
      fc.string({ minLength: 1, maxLength: 100 }),
      fc.constant('same'),
      fc.constant(null),
    ),
    anonymousId: fc.oneof(fc.uuid(), fc.string(), fc.double(), fc.constant(null)),
    userId: fc.oneof(fc.string({ minLength: 1 }), fc.integer(), fc.constant(null)),
    groupId: fc.oneof(fc.string(), fc.integer()),
    previousId: fc.string(),
    event: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('Order Completed')),
    name: fc.string(),
    properties: fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 }),
    traits: fc.record(
      { phone: fc.string(), email: fc.oneof(fc.emailAddress(), fc.string()), any: fc.jsonValue() },
      { requiredKeys: [] },
    ),
    context: fc.record(
      {
        sessionId: fc.string(),
        sequence: fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger()),
        library: fc.record({ name: fc.string(), version: fc.string() }),
        ip: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()),
        userAgent: fc.string(),
      },
      { requiredKeys: [] },
    ),
    timestamp: fc.oneof(
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.string(),
    ),
    sentAt: fc.oneof(
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.integer(),
    ),
  },
  { requiredKeys: ['type'] },
);

export interface Values {
  /** The JSON, or nearly JSON, of one event. */
  event(): Text;
  /** Of a whole body. */
  body(): Text;
}

const size = 4000;

export const createValues = (random: Random, seed: number): Values => {
  // Drawn once: what is done to them makes each one another.
  const pool = fc.sample(events, { numRuns: size, seed }).map(text);
  const pick = <T>(from: readonly T[]): T => from[random.between(0, from.length - 1)]!;
  const value = (): Text => (random.chance(0.97) ? pick(nasty)() : pick(broken));

  const member = (): Text => {
    const name = pick(names);
    const fields = inner[name];
    if (fields && random.chance(0.7)) return `${text(name)}:{${text(pick(fields))}:${value()}}`;
    return `${text(name)}:${value()}`;
  };

  const event = (): Text => {
    const plain = pick(pool);
    const dice = random.next();
    if (dice < 0.35) return plain;
    // Members that come twice: the last one counts for JSON.parse, not for every reader.
    if (dice < 0.8)
      return `${plain.slice(0, -1)}${plain === '{}' ? '' : ','}${Array.from({ length: random.between(1, 3) }, member).join(',')}}`;
    if (dice < 0.9) return `{${Array.from({ length: random.between(0, 6) }, member).join(',')}}`;
    return value();
  };

  const envelope = (): Text => {
    const count = random.chance(0.005) ? random.between(100, 3000) : random.between(0, 5);
    const list =
      count > 50
        ? Array.from({ length: count }, () => '{"type":"track"}')
        : Array.from({ length: count }, event);
    const batch = random.chance(0.95) ? `[${list.join(random.chance(0.98) ? ',' : ' , ')}]` : value();
    const rest = random.chance(0.5) ? '' : `,${member()}`;
    const second = random.chance(0.03) ? `,"batch":[${event()}]` : '';
    return random.chance(0.8)
      ? `{"batch":${batch}${rest}${second}}`
      : `{${rest.slice(1)}${rest && ','}"batch":${batch}${second}}`;
  };

  return {
    event,
    body() {
      const dice = random.next();
      if (dice < 0.5) return envelope();
      if (dice < 0.85) return event();
      if (dice < 0.93) return value();
      return pick(broken);
    },
  };
};
