-- The table that Segment makes for an event, with a column for each property named here.
{{ event_table('Order Completed', {'order_id': 'text', 'total': 'money', 'currency': 'text'}) }}
