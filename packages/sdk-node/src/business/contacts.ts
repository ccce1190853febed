import { timeOf } from '../event-fields.ts';
import { choose, factCall, requireObject, textOf, type Fact, type FactCall } from './fact.ts';
import { decimalFields, type Decimal } from './money.ts';

export interface PhoneCall extends Fact {
  /** Unique among the calls of your telephone system. */
  readonly callId: string | number;
  readonly direction: 'inbound' | 'outbound';
  /** @default 'answered' */
  readonly outcome?: 'answered' | 'missed' | undefined;
  /** The number that was called, such as the tracking number. The customer's own number is `phone`. */
  readonly line?: string | undefined;
  /** Seconds of talk. */
  readonly duration?: Decimal | undefined;
}

export interface CallProperties {
  readonly call_id: string;
  readonly direction: string;
  readonly line?: string;
  readonly duration?: string;
}

const callEvents = { answered: 'Call Answered', missed: 'Call Missed' } as const;
const directions = { inbound: 'inbound', outbound: 'outbound' } as const;

/** `Call Answered` or `Call Missed`. @throws NitkaError `invalid_call` */
export const phoneCall = (call: PhoneCall): FactCall<'Call Answered' | 'Call Missed', CallProperties> => {
  requireObject(call, 'a call');
  const { callId, direction, outcome = 'answered', line, duration } = call;
  return factCall(choose(callEvents, outcome, 'outcome'), ['call', callId], call, {
    call_id: textOf(callId, 'callId'),
    direction: choose(directions, direction, 'direction'),
    ...(line !== undefined && { line }),
    ...decimalFields({ duration }),
  });
};

export interface Meeting extends Fact {
  readonly meetingId: string | number;
  readonly status: 'scheduled' | 'held' | 'missed' | 'cancelled';
  /** Such as `office`, `showroom`, `online`. */
  readonly place?: string | undefined;
  /** When the meeting is to be (Date, or ISO 8601 with a zone), while `at` is when its status changed. */
  readonly scheduledFor?: Date | string | undefined;
}

export interface MeetingProperties {
  readonly meeting_id: string;
  readonly status: string;
  readonly place?: string;
  readonly scheduled_for?: string;
}

const meetingEvents = {
  scheduled: 'Meeting Scheduled',
  held: 'Meeting Held',
  missed: 'Meeting Missed',
  cancelled: 'Meeting Cancelled',
} as const;

type MeetingEvent = (typeof meetingEvents)[Meeting['status']];

/** `Meeting Scheduled`, `Meeting Held`, `Meeting Missed` or `Meeting Cancelled`. @throws NitkaError `invalid_call` */
export const meeting = (fact: Meeting): FactCall<MeetingEvent, MeetingProperties> => {
  requireObject(fact, 'a meeting');
  const { meetingId, status, place, scheduledFor } = fact;
  // A meeting can be put off: each date is a fact of its own.
  const time = scheduledFor === undefined ? '-' : timeOf(scheduledFor, 'scheduledFor');
  return factCall(
    choose<MeetingEvent>(meetingEvents, status, 'status'),
    ['meeting', meetingId, status, time],
    fact,
    {
      meeting_id: textOf(meetingId, 'meetingId'),
      status,
      ...(place !== undefined && { place }),
      ...(scheduledFor !== undefined && { scheduled_for: time }),
    },
  );
};
