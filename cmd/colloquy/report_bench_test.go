package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/bot"
)

// BenchmarkReport writes the report of a channel with 1,000 discussions and
// 100,000 replies of 2,000 people.
func BenchmarkReport(b *testing.B) {
	m := bigMonth(b)
	for _, args := range [][]string{{"--format", "md"}, {"--format", "json"}, {"--format", "csv", "--by", "discussion"}} {
		b.Run(strings.Join(args, " "), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r := m.report(append(args, "--from", "2027-01-01", "--output", "out")...); r.code != exitDone {
					b.Fatal(r.stderr)
				}
			}
		})
	}
}

func bigMonth(b *testing.B) *month {
	m := newMonth(b)
	for n := range 1000 {
		d, l := m.open(n+1, berlin(1, 8, 0).Add(time.Duration(n)*40*time.Minute), fmt.Sprint("Discussion ", n))
		var all sync.WaitGroup
		for i := range 100 { // together, as one transaction
			all.Go(func() {
				who := bot.Person{Platform: "console", ID: fmt.Sprint("p", (n*37+i*19)%2000), Name: fmt.Sprint("Person of number ", (n*37+i*19)%2000)}
				at := d.OpenedAt.Add(time.Duration(i) * time.Second)
				r := bot.Reply{Ref: bot.MessageRef{Channel: d.Channel, MessageID: fmt.Sprintf("%d-%d", n, i)}, Author: who, ReplyTo: fmt.Sprintf("%d-%d", n, i-1),
					Question: i % 4, Text: "What is said here stays here.", Version: at.UnixMicro(), CreatedAt: at}
				if _, err := m.rt.engine.ReplyChanged(b.Context(), r); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
		m.close(d, l)
	}
	return m
}
