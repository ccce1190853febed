/** A text as a literal of standard SQL: of DuckDB, PostgreSQL and SQLite's kin. ClickHouse reads backslashes, too (clickhouse-erase.ts). */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
