from rudderstack.analytics import Client

from events import collector_url, send, tell, write_key

client = Client(write_key, host=collector_url)
send(client, "gzip")
send(Client(write_key, host=collector_url, gzip=False), "plain")
send(Client("wrong key", host=collector_url, on_error=tell), "refused")
