-- Every event with the customer it belongs to: visits, calls, receipts, whatever comes.
with events as (

    select
        raw_events.*,
        coalesce(
            'phone ' || nullif(phone, ''),
            'email ' || nullif(email, ''),
            'user ' || nullif(user_id, ''),
            'visitor ' || nullif(anonymous_id, message_id)
        ) as identifier
    from {{ source('nitka', 'raw_events') }} as raw_events

)

select
    events.message_id as message_id,
    identifiers.customer as customer,
    events.occurred_at as occurred_at,
    events.type as type,
    events.event as event,
    events.source as source,
    events.source_kind as source_kind,
    events.anonymous_id as anonymous_id,
    events.session_id as session_id,
    events.bot as bot
from events
left join {{ ref('identifiers') }} as identifiers on identifiers.identifier = events.identifier
