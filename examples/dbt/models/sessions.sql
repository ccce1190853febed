-- A visit: what brought it, where it landed, how much was seen.
with pages as (

    select
        pages.id,
        pages.session_id,
        pages.anonymous_id,
        pages."timestamp" as occurred_at,
        pages.path,
        pages.referring_domain,
        pages.context_campaign_source,
        pages.context_campaign_medium,
        pages.context_campaign_name,
        thread.customer
    from {{ source('nitka', 'pages') }} as pages
    inner join {{ ref('thread') }} as thread on thread.message_id = pages.id
    where pages.session_id is not null and pages.bot is null

)

select
    session_id,
    min(anonymous_id) as visitor,
    min(customer) as customer,
    min(occurred_at) as began_at,
    max(occurred_at) as ended_at,
    count(*) as pages,
    {{ first_known('path', 'occurred_at') }} as landed_on,
    {{ first_known('context_campaign_source', 'occurred_at') }} as came_from,
    {{ first_known('context_campaign_medium', 'occurred_at') }} as medium,
    {{ first_known('context_campaign_name', 'occurred_at') }} as campaign,
    {{ first_known('referring_domain', 'occurred_at') }} as referred_by
from pages
group by session_id
