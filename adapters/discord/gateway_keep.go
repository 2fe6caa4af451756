package discord

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"colloquy/adapters/internal/once"
	"colloquy/bot"

	"github.com/bwmarrin/discordgo"
)

// intents are what we listen to: servers, channels and threads; messages; and
// reactions, as one of a manager's leaves a reply out.
const intents = discordgo.IntentsGuilds | discordgo.IntentsGuildMessages | discordgo.IntentsGuildMessageReactions

// keep connects the shard, again and again, until ctx ends. It returns an error
// only when no shard can go on.
func (s *shard) keep(ctx context.Context) error {
	log := s.g.a.o.Log
	for failures := 0; ; {
		s.forget()
		err := s.connection(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err := s.verdict(ctx, err); err != nil {
			return err
		}
		if s.stood() > stableAfter {
			failures = 0
		}
		wait := backoff(failures)
		failures++
		level := slog.LevelWarn
		if errors.Is(err, errAskedBack) { // it does so several times a day
			level = slog.LevelInfo
		}
		log.Log(ctx, level, "connection to Discord ended, connecting again", "scope", s.scope, "wait", wait, "err", err)
		if !once.Sleep(ctx, wait) {
			return nil
		}
		if err := s.g.refresh(ctx, askAgain); err != nil {
			return err
		}
	}
}

// connection is one session of the shard, once it may identify.
func (s *shard) connection(ctx context.Context) error {
	turn, err := s.g.acquire(ctx, s.id)
	if err != nil {
		return err
	}
	defer turn.leave()
	if s.g.a.shared() { // others have identified meanwhile, and used up some of what is left
		if err := s.g.refresh(ctx, identifyEvery); err != nil {
			return err
		}
	}
	if !turn.spend(ctx, s.try) {
		return ctx.Err()
	}
	s.g.mu.Lock()
	to := s.g.url
	s.g.mu.Unlock()
	want := intents
	if s.g.a.contentOn() {
		want |= discordgo.IntentMessageContent
	}
	return session{
		url: to, token: s.g.a.o.Token, shard: s.id, shards: s.g.shards, intents: want, dial: s.g.a.gate.dial,
		identify: turn.use,
		take:     func(name string, raw json.RawMessage) error { return s.take(ctx, name, raw) },
		unread:   func(err error, start []byte) { s.lose(ctx, "", start, err) },
		heard:    s.hear, over: s.lost,
	}.run(ctx, s.g.behind.Go, func() {
		s.g.a.o.Log.ErrorContext(ctx, "a connection to Discord did not end and was left behind", "scope", s.scope)
	})
}

// forget begins a connection that has not stood yet.
func (s *shard) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since = time.Time{}
}

// stood is for how long the last connection was ready.
func (s *shard) stood() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.since.IsZero() {
		return 0
	}
	return s.g.a.o.Clock().Sub(s.since)
}

// hear notes that something came.
func (s *shard) hear() {
	now := s.g.a.o.Clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = now
}

// lost notes that there is no connection, or none any more. One that was silent, and
// one of a process that lost the shard, and may have been frozen, may have been dead
// since something came last; each heartbeat brings something.
func (s *shard) lost(why error) {
	now := s.g.a.o.Clock()
	s.mu.Lock()
	if s.live {
		s.until = now
		if errors.Is(why, errSilent) || errors.Is(why, bot.ErrLeaseLost) {
			s.until = s.heard
		}
	}
	s.live = false
	s.mu.Unlock()
	s.queue.poke()
	s.try()
}

// Codes with which Discord closes a connection.
const (
	closeBadToken     = 4004
	closeBadShard     = 4010
	closeNeedShards   = 4011
	closeBadVersion   = 4012
	closeBadIntents   = 4013
	closeIntentsNotOn = 4014
)

// portal is where people set up a bot.
const portal = "https://discord.com/developers/applications"

// verdict is why no connection can be had any more, or nil.
func (s *shard) verdict(ctx context.Context, err error) error {
	var closed closedError
	if !errors.As(err, &closed) {
		return nil
	}
	switch closed {
	case closeBadToken:
		return badToken(err)
	case closeNeedShards:
		return errReshard
	case closeIntentsNotOn:
		return s.g.a.gate.refuseContent(ctx, s.g.a, err)
	case closeBadShard, closeBadVersion, closeBadIntents:
		return bot.Problemf("discord_outdated", "Discord no longer takes connections of this kind (code %d): install a newer version of Colloquy (%w)", int(closed), err)
	}
	return nil
}
