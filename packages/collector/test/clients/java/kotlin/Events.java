import com.segment.analytics.kotlin.core.Configuration;
import com.segment.analytics.kotlin.core.compat.ConfigurationBuilder;
import com.segment.analytics.kotlin.core.compat.JavaAnalytics;
import java.util.Map;

/** The calls of Segment's client for Kotlin and Android, which asks for its settings first and speaks TLS alone. */
public class Events {
  public static void main(String[] args) throws Exception {
    String collectorHost = System.getenv("NITKA_URL").replace("https://", ""), writeKey = System.getenv("NITKA_KEY");
    Configuration config =
        new ConfigurationBuilder(writeKey)
            .setApplication("shop")
            .setApiHost(collectorHost + "/v1")
            .setCdnHost(collectorHost + "/v1")
            .setFlushAt(1)
            .build();
    JavaAnalytics client = new JavaAnalytics(config);
    client.identify("plain-user", Map.of("name", "Анна Ёлкина 🧵", "email", "Ann@Mail.ru", "phone", "8 999 555-11-11"));
    client.track("Заказ «оформлен»", Map.of("total", 1.5, "note", "a \"quote\"\n\u2028</script>\u0000"));
    client.screen("Cart");
    client.group("group-1", Map.of("name", "G"));
    client.alias("other-user");
    // It has no call that waits until all is sent: whoever started this ends it.
    System.in.read();
    System.exit(0);
  }
}
