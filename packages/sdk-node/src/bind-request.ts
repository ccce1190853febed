import type { EventType } from '@nitka/core';
import type { AnyCall, BoundCalls, Call, CommonFields, EventMap } from './calls.ts';
import { requestContext, viewOf, type AnyRequest } from './middleware/request.ts';
import { visitorOf } from './middleware/visitor.ts';

/** The calls of one request: each is completed with what the request says. */
export const bindRequest = <Events extends EventMap<Events>>(
  add: (type: EventType, call: AnyCall) => Call,
  refuse: () => Call,
  request: AnyRequest | Request,
  common: CommonFields = {},
): BoundCalls<Events> => {
  const { anonymousId, sessionId, consent } = visitorOf(request);
  const context = { ...requestContext(viewOf(request)), ...(sessionId && { sessionId }), ...common.context };
  const own = { ...(anonymousId && { anonymousId }), ...common };

  const make =
    (type: EventType) =>
    (call: AnyCall): Call => {
      if (consent !== 'granted') return refuse();
      return add(type, { ...own, ...call, context: { ...context, ...call.context } });
    };

  return {
    anonymousId,
    sessionId,
    track: make('track'),
    page: make('page'),
    screen: make('screen'),
    identify: make('identify'),
    link: make('identify'),
    group: make('group'),
    alias: make('alias'),
  };
};
