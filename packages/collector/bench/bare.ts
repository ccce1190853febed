/** The floor: parse, count, answer. No checks, no disk. */
import fastify from 'fastify';

const app = fastify({ bodyLimit: 4_096_000 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post('/v1/batch', async (request) => {
  const { batch } = JSON.parse((request.body as Buffer).toString('utf8')) as { batch: unknown[] };
  return { success: true, accepted: batch.length };
});
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
