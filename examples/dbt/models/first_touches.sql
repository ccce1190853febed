-- How each customer first came, over all of their browsers: the first visit that something brought, else the first one.
with ranked as (

    select
        sessions.*,
        row_number() over (
            partition by customer
            order by
                case when coalesce(came_from, referred_by) is null then 1 else 0 end,
                began_at,
                session_id
        ) as place
    from {{ ref('sessions') }} as sessions
    where customer is not null

)

select customer, session_id, began_at as touched_at, landed_on, came_from, medium, campaign, referred_by
from ranked
where place = 1
