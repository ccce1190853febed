-- Orders net of refunds, in whatever order they arrived. Where `sold_at` is null the order has not.
{% set trusted = "source in ('" ~ var('money_from') | join("', '") ~ "')" %}
with lines as (

    select id, order_id, "timestamp" as sold_at, total as sold, cast(0 as decimal(18, 2)) as refunded
    from {{ ref('order_completed') }}
    where {{ trusted }}
    union all
    select id, order_id, null as sold_at, cast(0 as decimal(18, 2)) as sold, total as refunded
    from {{ ref('order_refunded') }}
    where {{ trusted }}

)

select
    lines.order_id as order_id,
    min(thread.customer) as customer,
    min(lines.sold_at) as sold_at,
    coalesce(sum(lines.sold), 0) as sold,
    coalesce(sum(lines.refunded), 0) as refunded,
    coalesce(sum(lines.sold), 0) - coalesce(sum(lines.refunded), 0) as net
from lines
left join {{ ref('thread') }} as thread on thread.message_id = lines.id
where lines.order_id is not null
group by lines.order_id
