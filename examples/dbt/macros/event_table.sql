{#
  An event as the table that Segment or RudderStack make of it: the columns of `tracks`, and one for each property.

  event: the name as it was tracked
  properties: types by name; `text`, `number`, or `money` for an exact one with two digits
#}
{% macro event_table(event, properties) -%}
select
    tracks.*,
    {%- for name, type in properties.items() %}
    {{ property('tracks.properties', name, type) }} as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ source('nitka', 'tracks') }} as tracks
where tracks.event_text = '{{ event | replace("'", "''") }}'
{%- endmacro %}

{# One property out of a column of JSON; null where it is missing, or no number. #}
{% macro property(column, name, type='text') %}{{ return(adapter.dispatch('property')(column, name, type)) }}{% endmacro %}

{% macro default__property(column, name, type) -%}
    {%- set text = "(" ~ column ~ " ->> '$." ~ name ~ "')" -%}
    {%- if type == 'money' -%} try_cast({{ text }} as decimal(18, 2))
    {%- elif type == 'number' -%} try_cast({{ text }} as double)
    {%- else -%} {{ text }}
    {%- endif -%}
{%- endmacro %}

{% macro postgres__property(column, name, type) -%}
    {%- set text = "(" ~ column ~ " ->> '" ~ name ~ "')" -%}
    {%- if type in ['money', 'number'] -%}
    case when {{ text }} ~ '^-?[0-9]{1,15}([.][0-9]{1,15})?$' then {{ text }}::{{ 'numeric(18, 2)' if type == 'money' else 'double precision' }} end
    {%- else -%} {{ text }}
    {%- endif -%}
{%- endmacro %}

{% macro clickhouse__property(column, name, type) -%}
    {%- set text = "JSONExtract(" ~ column ~ ", '" ~ name ~ "', 'Nullable(String)')" -%}
    {%- if type == 'money' -%} toDecimal64OrNull({{ text }}, 2)
    {%- elif type == 'number' -%} toFloat64OrNull({{ text }})
    {%- else -%} {{ text }}
    {%- endif -%}
{%- endmacro %}
