-- Visits, calls and receipts become one customer.
with people as (

    select customer, min(occurred_at) as first_seen_at, max(occurred_at) as last_seen_at
    from {{ ref('thread') }}
    where customer is not null and bot is null
    group by customer

),

keys as (

    select
        customer,
        min(case when identifier like 'phone %' then substring(identifier, 7) end) as phone,
        min(case when identifier like 'email %' then substring(identifier, 7) end) as email,
        min(case when identifier like 'user %' then substring(identifier, 6) end) as user_id
    from {{ ref('identifiers') }}
    group by customer

),

visits as (

    select customer, count(*) as visits, count(distinct visitor) as browsers from {{ ref('sessions') }} group by customer

),

calls as (

    select customer, count(*) as calls from {{ ref('led') }} where event = 'Call Answered' group by customer

),

bought as (

    select customer, count(sold_at) as orders, sum(net) as net from {{ ref('orders') }} group by customer

)

select
    people.customer as customer,
    keys.phone as phone,
    keys.email as email,
    keys.user_id as user_id,
    coalesce(visits.browsers, 0) as browsers,
    people.first_seen_at as first_seen_at,
    people.last_seen_at as last_seen_at,
    coalesce(visits.visits, 0) as visits,
    coalesce(calls.calls, 0) as calls,
    coalesce(bought.orders, 0) as orders,
    coalesce(bought.net, 0) as net,
    first_touches.came_from as first_came_from,
    first_touches.campaign as first_campaign
from people
inner join keys on keys.customer = people.customer
left join visits on visits.customer = people.customer
left join calls on calls.customer = people.customer
left join bought on bought.customer = people.customer
left join {{ ref('first_touches') }} as first_touches on first_touches.customer = people.customer
