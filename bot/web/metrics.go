package web

import (
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what one server shows, in a registry of its own.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMetrics(o Options) *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	m.requests = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "colloquy_http_request_duration_seconds",
		Help:    "Requests by the route that matched and the status of the answer, and how long they took.",
		Buckets: []float64{.005, .025, .1, .25, .5, 1, 2, 3, 10}, // platforms wait for three seconds
	}, []string{"route", "code"})
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "colloquy_build_info", Help: "Which build this is; always 1."},
		[]string{"version", "commit", "go_version"})
	build.WithLabelValues(o.Version, o.Commit, runtime.Version()).Set(1)
	m.registry.MustRegister(m.requests, build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if o.Observer != nil {
		m.registry.MustRegister(o.Observer.collectors()...)
	}
	if o.Figures != nil {
		m.registry.MustRegister(newFigures(o))
	}
	return m
}

// handler answers in the format that is asked for; plain text for a browser.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, DisableCompression: true, Timeout: writeAll - 5*time.Second})
}
