// The six calls by Segment's client for Go.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/segmentio/analytics-go/v3"
)

type tell struct{}

func (tell) Success(analytics.Message) {}

func (tell) Failure(_ analytics.Message, err error) { fmt.Println(err) }

func send(client analytics.Client, name string) {
	user, visitor := name+"-user", name+"-visitor"
	moscow := time.FixedZone("", 3*60*60)
	for _, message := range []analytics.Message{
		analytics.Identify{UserId: user, Traits: analytics.NewTraits().
			SetName("Анна Ёлкина 🧵").SetEmail("Ann@Mail.ru").SetPhone("8 999 555-11-11")},
		analytics.Track{UserId: user, Event: "Заказ «оформлен»",
			Timestamp:  time.Date(2026, 1, 2, 3, 4, 5, 678901234, moscow),
			Properties: analytics.NewProperties().Set("total", 1.5).Set("note", "a \"quote\"\n\u2028</script>\x00")},
		analytics.Page{AnonymousId: visitor, Name: "Home",
			Properties: analytics.NewProperties().SetURL("https://shop.example/")},
		analytics.Screen{AnonymousId: visitor, Name: "Cart"},
		analytics.Group{UserId: user, GroupId: "group-1", Traits: analytics.NewTraits().SetName("G")},
		analytics.Alias{PreviousId: visitor, UserId: user},
	} {
		if err := client.Enqueue(message); err != nil {
			fmt.Println(err)
		}
	}
	if err := client.Close(); err != nil {
		fmt.Println(err)
	}
}

func main() {
	collectorURL, writeKey := os.Getenv("NITKA_URL"), os.Getenv("NITKA_KEY")
	client, err := analytics.NewWithConfig(writeKey, analytics.Config{Endpoint: collectorURL})
	if err != nil {
		panic(err)
	}
	send(client, "plain")
	refused, _ := analytics.NewWithConfig("wrong key", analytics.Config{Endpoint: collectorURL, Callback: tell{}})
	send(refused, "refused")
}
