{{ event_table('Order Refunded', {'order_id': 'text', 'total': 'money'}) }}
