// Package discord connects the engine to Discord: posts with embeds, threads
// and buttons, slash commands and forms, and a record of what people write.
//
//	discord.go      the adapter and what it is made of
//	rest.go         requests, within Discord's limits
//	errors.go       what their errors mean
//	wire.go         what Discord sends, as far as it is read
//	gateway.go      the connections for events, as many as Discord wants, each in one process
//	gateway_keep.go one of them, kept: what ends it, and when another begins
//	gateway_shard.go, gateway_queue.go  its events on their way to the engine
//	gateway_budget.go, gateway_turn.go  how often connections may begin, in all processes
//	session.go, gateway_socket.go  what discordgo does of it, and what it is not shown
//	guilds.go       servers that come, change and go
//	watch.go        where our discussions are
//	events.go       messages and threads as they change
//	reply.go        a message as the engine records it
//	reconcile.go    a thread as it is, after nobody listened
//	permissions.go  what a member may do in a channel
//	access.go       what we may do there
//	post.go         posts, threads and their look-up by key
//	render.go       a message as Discord shows it
//	escape.go       others' words, so that they stay words
//	customid.go     what names a button, and the post that it is in
//	commands.go     what people can ask for, as Discord keeps it
//	autocomplete.go what an argument can be, while somebody types
//	interactions.go slash commands, buttons and forms
//	answer.go       what is answered to them
//	invite.go       the link that brings it into a server, and the rights it asks for
//	doctor.go       what would keep it from working
//
// A file like post_find.go is a part of post.go.
package discord

import (
	"log/slog"
	"time"

	"colloquy/bot"
)

// Platform is what Discord is called in channels ("discord:GUILD/CHANNEL").
const Platform = "discord"

// DefaultAPI is where Discord's REST API is.
const DefaultAPI = "https://discord.com/api"

// Content says whether the privileged intent Message Content is asked for.
type Content string

const (
	ContentAuto Content = "auto" // ask for it, and go on without where it is refused
	ContentOff  Content = "off"  // do without: only forms and messages that mention the bot are read
)

// Options say how to reach Discord. Only Token is required.
type Options struct {
	Token   string  // of the bot, without "Bot "
	API     string  // base of the REST API, without version; empty means [DefaultAPI]
	Content Content // empty means [ContentAuto]
	Version string  // of the program, for Discord; empty means "devel"
	// PerSecond is how many requests a second may be sent, where Discord allows
	// a bot more or a proxy less; 0 means [DefaultPerSecond].
	PerSecond float64
	// Sharer divides the shards among the processes that run the adapter with the
	// same bot on one database; nil means [bot.Alone], for a process with a database
	// for itself.
	Sharer bot.Sharer
	Clock  bot.Clock
	Log    *slog.Logger // nil: nothing is logged
}

// An Adapter is one bot on Discord. Its methods may be called at the same time.
type Adapter struct {
	o      Options
	rest   *client
	gate   *gate
	watch  *watch
	access *access
}

// New makes an adapter. Nothing is sent before it is used.
func New(o Options) *Adapter {
	if o.API == "" {
		o.API = DefaultAPI
	}
	if o.PerSecond <= 0 {
		o.PerSecond = DefaultPerSecond
	}
	if o.Content == "" {
		o.Content = ContentAuto
	}
	if o.Sharer == nil {
		o.Sharer = bot.Alone{}
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a := &Adapter{o: o, rest: newClient(o), watch: newWatch(), access: newAccess()}
	a.gate = newGate(a)
	a.rest.doors.deaf = a.gate.deaf
	return a
}

// shared reports whether other processes may run the adapter with the same bot.
func (a *Adapter) shared() bool {
	_, alone := a.o.Sharer.(bot.Alone)
	return !alone
}

// Platform is "discord".
func (a *Adapter) Platform() string { return Platform }
