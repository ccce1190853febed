-- Two identifiers in one event belong to one person. Each different set of them is a meeting; a row here is one identifier in one.
with sets as (

    select distinct
        -- Rows of servers that name no visitor have the message's id there: it joins nothing.
        nullif(anonymous_id, message_id) as visitor,
        server_visitor_id,
        user_id,
        phone,
        email
    from {{ source('nitka', 'raw_events') }}

),

meetings as (

    select row_number() over (order by visitor, server_visitor_id, user_id, phone, email) as meeting, sets.*
    from sets

),

identifiers as (

    {% for kind, column in [
        ('visitor', 'visitor'), ('visitor', 'server_visitor_id'), ('user', 'user_id'), ('phone', 'phone'), ('email', 'email')
    ] %}
    {% if not loop.first %}union distinct{% endif %}
    select meeting, '{{ kind }} ' || {{ column }} as identifier from meetings where {{ column }} is not null
    {% endfor %}

)

select meeting, identifier from identifiers
