/** One event of the customer, as the raw layer has it. */
export interface ThreadRow {
  readonly message_id: string;
  readonly occurred_at: string;
  readonly received_at: string;
  readonly source: string;
  readonly what: string;
  readonly detail: string | null;
  readonly anonymous_id: string;
  readonly session_id: string | null;
  readonly phone: string | null;
  readonly utm_source: string | null;
  readonly first_yclid: string | null;
}

/** Everything that the raw layer knows of the person who has this phone. */
export const threadSql = (phone: string): string => `
WITH visitors AS (
  SELECT anonymous_id AS id FROM raw_events WHERE phone = '${phone}'
  UNION
  SELECT server_visitor_id FROM raw_events WHERE phone = '${phone}' AND server_visitor_id IS NOT NULL
)
SELECT
  message_id, occurred_at, received_at, source, coalesce(event, type) AS what,
  coalesce(payload->>'$.properties.name', payload->>'$.properties.order_id', payload->>'$.context.page.path') AS detail,
  anonymous_id, session_id, phone,
  payload->>'$.context.campaign.source' AS utm_source,
  payload->>'$.context.touch.first.clickIds.yclid' AS first_yclid
FROM raw_events
WHERE phone = '${phone}'
   OR anonymous_id IN (SELECT id FROM visitors)
   OR server_visitor_id IN (SELECT id FROM visitors)
ORDER BY occurred_at, sequence`;
