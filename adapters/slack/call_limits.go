package slack

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"colloquy/adapters/internal/outbox"
)

// DefaultPerMinute is how many messages a minute are posted in one workspace.
// Slack speaks of "several hundred" and gives no number.
const DefaultPerMinute = 300

// What Slack allows in a minute, for each method, workspace and app
// (docs.slack.dev/apis/web-api/rate-limits). The tier of a method stands on its
// page.
const (
	tier2 = 20
	tier3 = 50
	tier4 = 100
	// free methods answer somebody who waits three seconds; Slack counts them by
	// tier 4, which no number of people reaches.
	free = 0
)

var tiers = map[string]int{
	"apps.connections.open":        tier2, // of tier 1, which bears the few that begin connections
	"auth.test":                    tier4, // "hundreds"
	"bots.info":                    tier3,
	"chat.delete":                  tier3,
	"chat.getPermalink":            tier4, // "hundreds"
	"chat.postEphemeral":           tier4,
	"chat.postMessage":             free, // has limits of its own; see below
	"chat.update":                  tier3,
	"conversations.history":        tier3, // or once; see slow
	"conversations.info":           tier3,
	"conversations.join":           tier3,
	"conversations.list":           tier2,
	"conversations.members":        tier4,
	"conversations.open":           tier3,
	"conversations.replies":        tier3, // or once; see slow
	"files.completeUploadExternal": tier4,
	"files.getUploadURLExternal":   tier4,
	"oauth.v2.access":              tier4,
	"reactions.add":                tier3,
	"reactions.get":                tier3,
	"reactions.remove":             tier2,
	"team.info":                    tier3,
	"usergroups.list":              tier2,
	"users.conversations":          tier3,
	"users.info":                   tier4,
	"views.open":                   free,
	"views.publish":                tier4,
	"views.push":                   free,
	"views.update":                 free,
}

const (
	// perChannel is between posts in one channel: "one message per second".
	perChannel = 1020 * time.Millisecond
	// aLittle below what is allowed, for what a network delays and then hastens.
	aLittle = 0.98
	// Of what a minute allows, so much is even and so much may come at once; what
	// is left is for other processes.
	even, burst = 0.84, 0.12
	// bulkShare is how much of a method calls in bulk take.
	bulkShare = 0.75
)

// request says what a call has to wait for. Calls in bulk pass a limit of their
// own first, so that no more than one of them is before somebody who waits.
func (a *Adapter) request(who caller, k call) outbox.Request {
	r := outbox.Request{Route: k.method, Major: who.name}
	name := k.method + " " + who.name
	add := func(l outbox.Limit) {
		l.Every = time.Duration(float64(l.Every) / a.speed)
		r.Limits = append(r.Limits, l)
	}
	if strings.HasPrefix(k.method, "chat.") && k.channel != "" {
		r.Queue = who.name + " " + k.channel
	}
	if k.method == "chat.postMessage" {
		if k.channel != "" {
			add(outbox.Limit{Name: name + " " + k.channel, Every: perChannel, Apart: true})
		}
		most := 1
		if a.o.PerMinute >= 100 {
			most = 2 // makes up for what timers oversleep
		}
		add(outbox.Limit{Name: name, Every: perMinute(aLittle * float64(a.o.PerMinute)), Burst: most})
		return r
	}
	tier, known := tiers[k.method]
	if !known {
		tier = tier2
	}
	if tier == free {
		return r
	}
	s := a.share(k)
	if k.bulk {
		share := s.bulk * float64(tier)
		if heldBack(k.method) && who.pages.slow(a.o.Clock()) {
			share = 0.5
		}
		add(outbox.Limit{Name: "bulk " + name, Every: perMinute(share)})
	}
	add(outbox.Limit{Name: s.of + name, Every: perMinute(s.even * float64(tier)), Burst: int(s.burst * float64(tier))})
	return r
}

func perMinute(n float64) time.Duration { return time.Duration(float64(time.Minute) / n) }

// fingerprint tells tokens apart without being one.
func fingerprint(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:8])
}
