"""The six calls, as both Python clients have them."""

from datetime import datetime, timedelta, timezone
from os import environ

collector_url = environ["NITKA_URL"]
write_key = environ["NITKA_KEY"]


def tell(error, batch):
    """What the client says to its owner of a batch that it gives up."""
    print(error)


def send(client, name):
    user, visitor = f"{name}-user", f"{name}-visitor"
    moscow = timezone(timedelta(hours=3))
    client.identify(user, {"name": "Анна Ёлкина 🧵", "email": "Ann@Mail.ru", "phone": "8 999 555-11-11"})
    client.track(
        user,
        "Заказ «оформлен»",
        {"total": 1.5, "note": 'a "quote"\n\u2028</script>\u0000'},
        timestamp=datetime(2026, 1, 2, 3, 4, 5, 678901, moscow),
    )
    client.page(anonymous_id=visitor, name="Home", properties={"url": "https://shop.example/"})
    client.screen(anonymous_id=visitor, name="Cart")
    client.group(user, "group-1", {"name": "G"})
    client.alias(visitor, user)
    client.flush()
    client.shutdown()
