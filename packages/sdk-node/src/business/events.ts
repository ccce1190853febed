import type { CallProperties, MeetingProperties } from './contacts.ts';
import type { DealProperties } from './deals.ts';
import type { OrderProperties, RefundProperties } from './orders.ts';

/** Event map of the builders: `createTracker<BusinessEvents & MyEvents>(…)`. */
export interface BusinessEvents {
  'Order Completed': OrderProperties;
  'Order Refunded': RefundProperties;
  'Call Answered': CallProperties;
  'Call Missed': CallProperties;
  'Meeting Scheduled': MeetingProperties;
  'Meeting Held': MeetingProperties;
  'Meeting Missed': MeetingProperties;
  'Meeting Cancelled': MeetingProperties;
  'Deal Created': DealProperties;
  'Deal Stage Changed': DealProperties;
  'Deal Won': DealProperties;
  'Deal Lost': DealProperties;
}
