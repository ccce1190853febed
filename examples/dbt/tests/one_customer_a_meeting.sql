-- Identifiers that met in one event are one customer's, however long the chain. If not, raise the variable `rounds`.
select meetings.meeting
from {{ ref('meetings') }} as meetings
inner join {{ ref('identifiers') }} as identifiers on identifiers.identifier = meetings.identifier
where meetings.identifier not in (
    select one.identifier
    from {{ ref('meetings') }} as one
    inner join {{ ref('meetings') }} as other on other.meeting = one.meeting
    group by one.identifier
    having count(distinct other.identifier) > {{ var('crowd') }}
)
group by meetings.meeting
having count(distinct identifiers.customer) > 1
