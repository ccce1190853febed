{# In a query of groups: the value of `column` where `by` is least, passing over nulls. #}
{% macro first_known(column, by) %}{{ return(adapter.dispatch('first_known')(column, by)) }}{% endmacro %}

{% macro default__first_known(column, by) %}arg_min({{ column }}, {{ by }}){% endmacro %}

{% macro clickhouse__first_known(column, by) %}argMin({{ column }}, {{ by }}){% endmacro %}

{% macro postgres__first_known(column, by) -%}
    (array_agg({{ column }} order by {{ by }}) filter (where {{ column }} is not null))[1]
{%- endmacro %}
