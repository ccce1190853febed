import com.segment.analytics.Analytics;
import com.segment.analytics.Callback;
import com.segment.analytics.messages.*;
import java.time.Instant;
import java.util.Date;
import java.util.Map;

/** The six calls by Segment's client for Java. */
public class Events {
  public static void main(String[] args) {
    String collectorUrl = System.getenv("NITKA_URL"), writeKey = System.getenv("NITKA_KEY");
    Analytics client = Analytics.builder(writeKey).endpoint(collectorUrl).build();
    send(client, "plain");
    send(Analytics.builder("wrong key").endpoint(collectorUrl).callback(TELL).build(), "refused");
  }

  static void send(Analytics client, String name) {
    String user = name + "-user", visitor = name + "-visitor";
    client.enqueue(IdentifyMessage.builder().userId(user)
        .traits(Map.of("name", "Анна Ёлкина 🧵", "email", "Ann@Mail.ru", "phone", "8 999 555-11-11")));
    client.enqueue(TrackMessage.builder("Заказ «оформлен»").userId(user)
        .timestamp(Date.from(Instant.parse("2026-01-02T00:04:05.678Z")))
        .properties(Map.of("total", 1.5, "note", "a \"quote\"\n\u2028</script>\u0000")));
    client.enqueue(PageMessage.builder("Home").anonymousId(visitor)
        .properties(Map.of("url", "https://shop.example/")));
    client.enqueue(ScreenMessage.builder("Cart").anonymousId(visitor));
    client.enqueue(GroupMessage.builder("group-1").userId(user).traits(Map.of("name", "G")));
    client.enqueue(AliasMessage.builder(visitor).userId(user));
    client.flush();
    client.shutdown();
  }

  /** What the client says to its owner of an event that it gives up. */
  static final Callback TELL = new Callback() {
    @Override
    public void success(Message message) {}

    @Override
    public void failure(Message message, Throwable error) {
      System.out.println(error);
    }
  };
}
