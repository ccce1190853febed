-- The visit before each call and receipt, from whichever browser of the customer.
with facts as (

    select message_id, customer, event, occurred_at, source
    from {{ ref('thread') }}
    where event in ('Call Answered', 'Order Completed') and source_kind = 'server'

),

visits as (

    select
        facts.message_id as message_id,
        sessions.session_id as session_id,
        sessions.began_at as visited_at,
        sessions.came_from as came_from,
        sessions.campaign as campaign,
        row_number() over (partition by facts.message_id order by sessions.began_at desc, sessions.session_id) as place
    from facts
    inner join {{ ref('sessions') }} as sessions on sessions.customer = facts.customer
    where sessions.began_at <= facts.occurred_at

)

select
    facts.message_id as message_id,
    facts.customer as customer,
    facts.event as event,
    facts.source as source,
    facts.occurred_at as occurred_at,
    visits.session_id as session_id,
    visits.visited_at as visited_at,
    visits.came_from as came_from,
    visits.campaign as campaign
from facts
left join (select * from visits where place = 1) as visits on visits.message_id = facts.message_id
