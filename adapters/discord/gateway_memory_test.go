package discord

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"colloquy/adapters/adaptertest"
	"colloquy/adapters/discord/discordtest"
)

// Ten thousand servers of a hundred channels each: what is kept of them is
// little, and what is read passes through.
func TestMemoryOfManyServers(t *testing.T) {
	servers := 10_000
	if testing.Short() || racing { // under the detector, reading so much takes longer than a connection waits
		servers = 1000
	}
	s := discordtest.New(t, discordtest.Options{Shards: 4, MaxConcurrency: 4, Patience: 5 * time.Minute})
	s.AddBulk(servers, 100)
	log := &adaptertest.Log{}
	a := New(Options{Token: s.Token, API: s.URL, Log: slog.New(slog.NewTextHandler(log, nil))})
	heard := &counter{}
	runtime.GC()
	before := heap()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, heard) }()
	peak := uint64(0)
	s.Await("every server", func() bool {
		peak = max(peak, heap())
		return heard.servers() >= servers // a connection that was lost brings them again
	})
	runtime.GC()
	kept := int64(heap()) - int64(before)
	t.Logf("%d servers: %d KiB are kept, at most %d KiB were in use at once, %d of them before; resident %s", servers, kept>>10, peak>>10, before>>10, resident())
	if kept > int64(servers)*1024+8<<20 {
		t.Errorf("%d bytes are kept of %d servers", kept, servers)
	}
	if peak > 100<<20 {
		t.Errorf("%d bytes were in use at once", peak)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if strings.Contains(log.String(), "lost") {
		t.Errorf("log:\n%.2000s", log)
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// resident is what the system says of this process, where it says something.
func resident() string {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	for _, line := range bytes.Split(b, []byte("\n")) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmHWM:")); ok {
			return fmt.Sprintf("%s at most", bytes.TrimSpace(rest))
		}
	}
	return "unknown"
}
