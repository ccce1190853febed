-- The customer of each identifier: the oldest visitor that can be reached from it over meetings, as visitor ids begin with their
-- time; whoever was never a visitor goes by the first identifier in the alphabet. Each round goes one meeting further.
with crowds as (

    select one.identifier
    from {{ ref('meetings') }} as one
    inner join {{ ref('meetings') }} as other on other.meeting = one.meeting
    group by one.identifier
    having count(distinct other.identifier) > {{ var('crowd') }}

),

meetings as (

    select meeting, identifier
    from {{ ref('meetings') }}
    where identifier not in (select identifier from crowds)

),

labels_0 as (

    select distinct identifier, case when identifier like 'visitor %' then '1 ' else '2 ' end || identifier as label
    from meetings

),

{% for round in range(1, var('rounds') + 1) %}
meetings_{{ round }} as (

    select meetings.meeting as meeting, min(labels_{{ round - 1 }}.label) as label
    from meetings
    inner join labels_{{ round - 1 }} on labels_{{ round - 1 }}.identifier = meetings.identifier
    group by meetings.meeting

),

labels_{{ round }} as (

    select meetings.identifier as identifier, min(meetings_{{ round }}.label) as label
    from meetings
    inner join meetings_{{ round }} on meetings_{{ round }}.meeting = meetings.meeting
    group by meetings.identifier

),
{% endfor %}

everyone as (

    select identifier, substring(label, 3) as customer from labels_{{ var('rounds') }}
    union all
    select identifier, identifier as customer from crowds

)

select identifier, customer from everyone
