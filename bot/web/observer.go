package web

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"colloquy/bot"
)

// An Observer counts what the engine of this process does, as metrics. Give it to
// the engine, and to the server in [Options].
type Observer struct {
	sent     *prometheus.CounterVec
	late     *prometheus.HistogramVec
	recorded *prometheus.HistogramVec
	failed   *prometheus.CounterVec
	listed   *prometheus.HistogramVec
}

var _ bot.Observer = (*Observer)(nil)

// NewObserver makes one that has seen nothing.
func NewObserver() *Observer {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "colloquy_" + name, Help: help}, labels)
	}
	histogram := func(name, help string, buckets ...float64) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "colloquy_" + name, Help: help, Buckets: buckets}, []string{"platform"})
	}
	return &Observer{
		sent: counter("posts_sent_total", "Posts that this process sent.", "platform", "kind"),
		late: histogram("occurrence_lateness_seconds", "Root posts that this process sent, and how long after their occurrence was due.",
			1, 2, 5, 10, 30, 60, 120, 300, 900, 3600, 6*3600),
		recorded: histogram("reply_record_seconds", "Replies that this process stored, and how long that took.", .005, .025, .1, .5, 1, 2.5, 10, 30),
		failed:   counter("reply_errors_total", "Replies that this process could not store; each is not acknowledged, and comes again.", "platform"),
		listed:   histogram("listing_lag_seconds", "Threads that this process read again after a gap, and how long after that was wanted.", 1, 5, 15, 60, 300, 900, 3600, 6*3600),
	}
}

// Sent implements [bot.Observer].
func (o *Observer) Sent(platform, kind string) { o.sent.WithLabelValues(platform, kind).Inc() }

// Opened implements [bot.Observer].
func (o *Observer) Opened(platform string, late time.Duration) {
	o.late.WithLabelValues(platform).Observe(late.Seconds())
}

// Recorded implements [bot.Observer].
func (o *Observer) Recorded(platform string, took time.Duration, err error) {
	if err != nil {
		o.failed.WithLabelValues(platform).Inc()
		return
	}
	o.recorded.WithLabelValues(platform).Observe(took.Seconds())
}

// Listed implements [bot.Observer].
func (o *Observer) Listed(platform string, after time.Duration) {
	o.listed.WithLabelValues(platform).Observe(after.Seconds())
}

// collectors are what it counts, to be registered.
func (o *Observer) collectors() []prometheus.Collector {
	return []prometheus.Collector{o.sent, o.late, o.recorded, o.failed, o.listed}
}
