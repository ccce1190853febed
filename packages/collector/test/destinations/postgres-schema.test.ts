import { expect, it } from 'vitest';
import { postgresBase, postgresStaging, postgresSteps } from '../../src/destinations/postgres-schema.ts';

const statements = (greenplum: boolean, storage = ''): string[] => {
  const shape = { schema: 'nitka', greenplum, storage };
  return [postgresBase(shape), ...postgresSteps(shape).flat(), ...postgresStaging(shape)];
};

it('keeps to the grammar of PostgreSQL 9.4, which Greenplum 6 has', () => {
  for (const statement of [...statements(false), ...statements(true, 'appendoptimized=true')]) {
    expect(statement).not.toMatch(
      /ON CONFLICT|GENERATED|jsonb|IF NOT EXISTS|JSON_TABLE|\(\?<[=!]|OR REPLACE|PROCEDURE/i,
    );
  }
});

it('distributes tables in Greenplum alone, and asks for no unique index there', () => {
  expect(statements(false).join('\n')).not.toMatch(/DISTRIBUTED|WITH \(/);
  const tables = statements(true, 'appendoptimized=true').filter((each) => each.includes(' TABLE '));
  for (const table of tables) expect(table).toMatch(/DISTRIBUTED BY \((message_id|batch_id|version)\)$/);
  expect(tables.find((each) => each.includes('nitka.raw_events ('))).toContain(
    ' WITH (appendoptimized=true)',
  );
  expect(statements(true).join('\n')).not.toContain('UNIQUE');
});
