import { expect, it } from 'vitest';
import * as core from '../src/index.ts';

it('exports these names and no others', () => {
  expect(Object.keys(core).sort()).toMatchInlineSnapshot(`
    [
      "NitkaError",
      "batchSchema",
      "blockedEmail",
      "blockedPhone",
      "claimsOf",
      "createDeliveryLoop",
      "createVisitorId",
      "encodeBatch",
      "errors",
      "eventSchema",
      "eventTypes",
      "fullJitter",
      "isPlaceholder",
      "isVisitorId",
      "judgeClaims",
      "limits",
      "normaliseEmail",
      "normalisePhone",
      "oldestVisitorId",
      "readEmail",
      "readPhone",
      "signedPartOf",
      "splitToken",
      "toJson",
      "visitorIdTime",
      "withFields",
    ]
  `);
});
