package slack

import (
	"context"
	"sync/atomic"

	"colloquy/bot"
)

// Where several processes work on one database, what goes out to a workspace and is
// listed there is one process's at a time; see [Adapter.Lanes]. What events and people
// ask for besides is asked by the process that they reach: who somebody is, what a channel
// is called. So what Slack allows is divided between the two, and the second part is shared
// out among the processes.

// workLanes is how many the requests are divided into: Slack's limits are those of a workspace.
const workLanes = 8

var _ bot.Laner = (*Adapter)(nil)

// Lanes implements [bot.Laner].
func (a *Adapter) Lanes() int { return workLanes }

// liveParts is into how many parts is divided what events and people ask for, and so
// among how many processes. One that has none, because there are more or because it does
// not listen, acts as if it had one.
const liveParts = 10

// A share is how much of what Slack allows in a minute a call may take part in.
type share struct {
	of          string  // what is counted together; empty: all there is
	bulk        float64 // of calls in bulk
	even, burst float64 // of all
}

// Of what is shared: so much is for the lanes, and so much for what is asked live,
// evenly and at once. The rest is for the bursts of several processes.
const (
	laneShare, liveShare = 0.6, 0.2
	laneBurst, liveBurst = 0.06, 0.06
)

// mostlyLive are methods that are called for people who wait rather than for lanes.
var mostlyLive = map[string]bool{
	"chat.postEphemeral": true, "conversations.info": true, "conversations.open": true, "users.info": true,
	"files.completeUploadExternal": true, "files.getUploadURLExternal": true,
}

// liveAsks are the parts of this process.
type liveAsks struct {
	shared bool // there may be others
	parts  atomic.Int32
}

// keep takes part in what is asked live, until ctx ends.
func (l *liveAsks) keep(ctx context.Context, s bot.Sharer) {
	if !l.shared {
		return
	}
	s.Share(ctx, Platform+"/live", liveParts, func(ctx context.Context, _ int) {
		l.parts.Add(1)
		defer l.parts.Add(-1)
		<-ctx.Done()
	})
}

// share is what a call may take.
func (a *Adapter) share(k call) share {
	if !a.live.shared {
		return share{bulk: even * bulkShare, even: even, burst: burst}
	}
	lanes, live := laneShare, liveShare
	if mostlyLive[k.method] {
		lanes, live = 0.3, 0.5
	}
	if k.bulk || k.channel != "" {
		return share{bulk: lanes * bulkShare, even: lanes, burst: laneBurst}
	}
	part := float64(max(a.live.parts.Load(), 1)) / liveParts
	return share{of: "live ", even: live * part, burst: liveBurst * part}
}
