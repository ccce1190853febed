import { createTracker as createEdgeTracker } from '@nitka/node/edge';
import { visitorCookie } from '@nitka/node/express';
import { visitorCookie as fastifyVisitorCookie, type FastifyLike } from '@nitka/node/fastify';
import { openVisitor, withVisitor, type Visitor } from '@nitka/node/web';

declare const app: FastifyLike;
visitorCookie({ consent: () => 'granted' });
fastifyVisitorCookie(app, { secure: true });

// @ts-expect-error no such consent
visitorCookie({ consent: () => 'perhaps' });

const tracker = createEdgeTracker({ writeKey: 'k', endpoint: 'https://t.shop.example', order: 'visitor' });
export const handle = withVisitor((request: Request): Response => {
  const visitor: Visitor = openVisitor(request).visitor;
  tracker.forRequest(request).track({ event: 'Seen', properties: { known: visitor.anonymousId !== null } });
  return new Response('');
});
