import type { SegmentView, ViewDialect } from './segment-views.ts';

/** `users`: a row for each user id, with what is known of it last. `id` is the user's, as in Segment's warehouse. */
export const usersView = ({ latest, createUsers }: ViewDialect, traits: readonly string[]): SegmentView => ({
  name: 'users',
  sql: createUsers(
    'users',
    [
      'r.user_id AS id',
      'max(r.received_at) AS received_at',
      'max(r.loaded_at) AS uuid_ts',
      ...['anonymous_id', 'traits', 'phone', 'email', ...traits, 'source', 'source_kind'].map(
        (name) => `${latest(`r.${name}`)} AS ${name}`,
      ),
    ],
    'r.user_id IS NOT NULL',
    'r.user_id',
  ),
});
