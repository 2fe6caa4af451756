// Package slack connects the engine to Slack: posts of blocks in threads,
// buttons and forms, the command /discuss, and a record of what people write.
//
//	slack.go      the adapter and what it is made of
//	app.go        what may be said of an app
//	team.go       the workspaces that it is installed in, each with its token
//	call.go       requests to the Web API, within Slack's limits
//	errors.go     what their errors mean
//	wire.go       what Slack sends, as far as it is read
//	run.go        what runs: the connections of each app, or its endpoints
//	socket.go     Socket Mode: two connections for each app
//	endpoint.go   the Events API and interactivity over HTTP, signed
//	deliver.go    a delivery, on its way to the engine
//	places.go     workspaces and channels that come, change and go
//	install.go    installing with OAuth, and its pages
//	manifest.go   what an app on Slack is to be
//	post.go       posts and their look-up by key
//	render.go     a message as blocks
//	escape.go     others' words, so that they stay words
//	action.go     what names a button
//	events.go     messages as they change
//	reply.go      a message as the engine records it
//	names.go      what people and channels are called
//	reconcile.go  a thread as it is, after nobody listened
//	interact.go   commands, buttons, forms and the shortcut
//	answer.go     what is answered to them
//	manage.go     who may manage Colloquy in a workspace
//	doctor.go     what would keep it from working
//
// A file like post_find.go is a part of post.go.
package slack

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/adapters/internal/outbox"
	"colloquy/bot"
)

// Platform is what Slack is called in channels ("slack:TEAM/CHANNEL").
const Platform = "slack"

// DefaultAPI is where Slack's Web API is.
const DefaultAPI = "https://slack.com/api"

// A Layout says where the questions of a discussion are posted.
type Layout string

const (
	// OneThread puts them into the thread of the root post.
	OneThread Layout = "one-thread"
	// ThreadPerQuestion puts each into the channel, with a thread of its own, so
	// that a plain reply belongs to a question.
	ThreadPerQuestion Layout = "thread-per-question"
)

// An App is one app on Slack, as an organisation makes it from our manifest. It
// is reached by Socket Mode if it has an AppToken, and else over HTTP, for which
// it needs its SigningSecret. It has a BotToken, or the id and the secret of the
// client with which people install it.
type App struct {
	Name          string // of letters, digits and '-'; a part of addresses and of the scope "slack/NAME"
	SigningSecret string
	BotToken      string // xoxb-…; of the one workspace that it is installed in
	AppToken      string // xapp-…; with the scope connections:write
	ClientID      string
	ClientSecret  string
	Layout        Layout // empty means [OneThread]
	// Command is what the slash command is called there; empty: what people were seen
	// to use, and "/discuss" until then.
	Command string
}

// Options say which apps there are and how to reach Slack.
type Options struct {
	Apps  []App
	API   string // base of the Web API; empty means [DefaultAPI]
	URL   string // at which our own endpoints are reached, https, without a slash at the end; empty: they are not
	Vault Vault  // nil: no installations are kept, only bot tokens used
	// PerMinute is how many messages a minute may be posted in one workspace;
	// 0 means [DefaultPerMinute].
	PerMinute int
	// Sharer divides the connections of Socket Mode among the processes on one
	// database; nil means [bot.Alone].
	Sharer  bot.Sharer
	Version string // of the program, for Slack; empty means "devel"
	Clock   bot.Clock
	Log     *slog.Logger // nil: nothing is logged
}

// A Vault keeps what must not be lost of installations: their tokens, encrypted,
// and the states of those under way.
type Vault interface {
	// Credentials lists those of an app, each with its secret, decrypted. A Problem
	// "wrong_key" or "no_key" names those that cannot be, and the others are listed
	// beside it; with any other error nothing is known.
	Credentials(ctx context.Context, platform, app string) ([]bot.Credential, error)
	// PutCredential adds one, or replaces that of the same app and workspace.
	PutCredential(ctx context.Context, c bot.Credential) error
	// EraseCredential removes one. That there is none is no error.
	EraseCredential(ctx context.Context, platform, app, workspace string) error
	// PutOnce keeps a value that can be taken once, until it expires.
	PutOnce(ctx context.Context, value string, expires time.Time) error
	// TakeOnce reports whether a value was there, and removes it.
	TakeOnce(ctx context.Context, value string, now time.Time) (bool, error)
}

// An Adapter is a set of apps on Slack. Its methods may be called at the same
// time.
type Adapter struct {
	o        Options
	badAPI   error // why nothing can be sent; nil: it can
	apps     []*app
	http     *http.Client
	out      *outbox.Outbox
	clock    once.Clock
	speed    float64 // of Slack's limits; 1 but in tests
	teams    teams
	names    names
	listings lane     // of Reconcile
	live     liveAsks // of what is asked beside the lanes
}

// An app is one of [Options].Apps at work.
type app struct {
	App
	a      *Adapter
	asks   asks
	desk   *desk
	ways   ways
	starts starter         // of installations
	told   map[string]bool // workspaces that the engine was told of at the start
}

// scope is how its events reach us; see [bot.Handler].
func (p *app) scope() string { return Platform + "/" + p.Name }

// New makes an adapter. Nothing is sent before it is used.
func New(o Options) *Adapter {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	shared := o.Sharer != nil
	if !shared {
		o.Sharer = bot.Alone{}
	}
	if o.PerMinute <= 0 {
		o.PerMinute = DefaultPerMinute
	}
	a := &Adapter{o: o, http: once.NewHTTP(), out: outbox.New(outbox.Options{}), speed: 1}
	a.live.shared = shared
	a.teams = teams{byID: map[string]*team{}, twice: map[*app]map[string]error{}}
	a.o.API, a.badAPI = ParseAPI(o.API)
	for _, x := range o.Apps {
		if x.Layout == "" {
			x.Layout = OneThread
		}
		a.apps = append(a.apps, &app{App: x, a: a, desk: newDesk(), ways: newWays(), asks: asks{name: x.Command, fixed: x.Command != ""}})
	}
	return a
}

// Platform is "slack".
func (a *Adapter) Platform() string { return Platform }
