import { Ajv2020 } from 'ajv/dist/2020.js';
import { eventSchema } from '@nitka/core';
import { describe, expect, it } from 'vitest';
import { fc } from '../../../tests/support/fast-check.ts';
import { judge } from '../src/verdict.ts';

const good = { type: 'track', event: 'Order Completed', anonymousId: 'a', messageId: 'm' };

describe('judge', () => {
  it.each([
    [good, null],
    [{ ...good, messageId: undefined }, null],
    [{ ...good, userId: 42, anonymousId: undefined }, null],
    [{ ...good, type: 'nope' }, 'event_type_unknown'],
    [{ ...good, type: 'toString' }, 'event_type_unknown'],
    [{ ...good, event: '' }, 'event_name_missing'],
    [{ ...good, event: {} }, 'field_invalid'],
    [{ ...good, messageId: 'x'.repeat(101) }, 'message_id_invalid'],
    [{ ...good, messageId: '' }, 'message_id_invalid'],
    [{ ...good, messageId: 5 }, 'message_id_invalid'],
    [{ ...good, properties: [] }, 'field_invalid'],
    [{ ...good, context: 'x' }, 'field_invalid'],
    [{ ...good, anonymousId: '' }, 'identity_missing'],
    [{ type: 'group', userId: 'u' }, 'group_id_missing'],
    [{ type: 'alias', userId: 'u' }, 'previous_id_missing'],
    [{ type: 'alias', userId: 'u', previousId: 'p' }, null],
  ])('judges %j: %s', (event, code) => {
    expect(judge(event, 'browser')?.code ?? null).toBe(code);
  });

  it('a page cannot claim the messageId that a till makes of its receipt', () => {
    const event = { ...good, messageId: '74738ff5-5367-5958-9aee-98fffdcd1876' };
    expect(judge(event, 'browser')?.code).toBe('message_id_reserved');
    expect(judge({ ...event, messageId: event.messageId.toUpperCase() }, 'browser')?.code).toBe(
      'message_id_reserved',
    );
    expect(judge(event, 'server')).toBe(null);
  });

  it('refuses whatever the published schema refuses', () => {
    const validate = new Ajv2020({ strict: false }).compile(eventSchema);
    const fields = [
      'type',
      'messageId',
      'anonymousId',
      'userId',
      'groupId',
      'previousId',
      'event',
      'name',
      'properties',
      'traits',
      'context',
    ];
    const odd = fc.oneof(fc.constantFrom('track', 'page', 'alias', '', null), fc.jsonValue());
    fc.assert(
      fc.property(
        fc.record(Object.fromEntries(fields.map((field) => [field, odd])), { requiredKeys: [] }),
        (fields_) => {
          const event = { ...good, ...fields_ };
          if (!validate(event)) expect(judge(event, 'server')).not.toBe(null);
        },
      ),
      { numRuns: 500 },
    );
  });
});
