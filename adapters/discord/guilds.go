package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"time"

	"colloquy/bot"

	"github.com/bwmarrin/discordgo"
)

// A knownGuild is what is kept in memory of a server, so that the engine is not
// told again what it knows.
type knownGuild struct {
	shard int
	sum   uint64    // of what the engine was told; 0: nothing
	away  time.Time // since when it has an outage of its own; zero: it has none
}

// there lists the servers of a shard, which the engine calls scope.
func (g *gate) there(shard int, scope string) []bot.Installation {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []bot.Installation
	for id, known := range g.guilds {
		if known.shard == shard {
			list = append(list, bot.Installation{Platform: Platform, Workspace: id, Scope: scope})
		}
	}
	slices.SortFunc(list, func(a, b bot.Installation) int { return cmp.Compare(a.Workspace, b.Workspace) })
	return list
}

// lists takes the servers of a shard as READY lists them.
func (g *gate) lists(shard int, ids []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	before := map[string]knownGuild{}
	for id, known := range g.guilds {
		if known.shard == shard {
			before[id] = known
			delete(g.guilds, id)
		}
	}
	for _, id := range ids {
		g.guilds[id] = knownGuild{shard: shard, sum: before[id].sum, away: before[id].away}
	}
}

// takeReady notes that the connection stands.
func (s *shard) takeReady(ctx context.Context, raw json.RawMessage) error {
	var r struct {
		User        user                  `json:"user"`
		Application struct{ ID string }   `json:"application"`
		Guilds      []struct{ ID string } `json:"guilds"`
	}
	if err := json.Unmarshal(raw, &r); err != nil || r.User.ID == "" {
		return fmt.Errorf("discord sent a READY that cannot be read: %w", cmp.Or(err, errors.New("it names no user")))
	}
	s.g.a.gate.is(identity{userID: r.User.ID, appID: cmp.Or(r.Application.ID, r.User.ID)})
	ids := make([]string, 0, len(r.Guilds))
	for _, guild := range r.Guilds {
		if guild.ID != "" {
			ids = append(ids, guild.ID)
		}
	}
	s.mu.Lock()
	s.live, s.since = true, s.g.a.o.Clock()
	s.count++
	nth := s.count
	s.mu.Unlock()
	s.g.a.o.Log.InfoContext(ctx, "connected to Discord", "scope", s.scope, "servers", len(ids))
	s.queue.put(ctx, event{name: "READY", must: true, at: s.g.a.o.Clock(), do: func(ctx context.Context) error { return s.ready(ctx, nth, ids) }})
	return nil
}

// ready notes which servers there are. [shard.tell] hands that on before it says
// that their events arrive.
func (s *shard) ready(ctx context.Context, nth int, ids []string) error {
	if s.told { // what came between two connections is missing
		s.tell(ctx, false)
	}
	s.g.a.gate.lists(s.id, ids)
	s.mu.Lock()
	s.known = nth
	s.mu.Unlock()
	s.try()
	return nil
}

// A guildCreate is a server with those members of it that Discord sends; we are
// among them.
type guildCreate struct {
	guild
	Joined  string            `json:"joined_at"` // when we came
	Members []member          `json:"members"`
	Threads []json.RawMessage `json:"threads"` // as they are, for [Adapter.event]
}

// guildNews is what the engine hears of a server. Thousands may wait in a queue.
type guildNews struct {
	id, name, owner, greet string // greet: the id of a channel
}

func (s *shard) installation(n guildNews) bot.Installation {
	i := bot.Installation{Platform: Platform, Workspace: n.id, Name: n.name, Scope: s.scope}
	if n.owner != "" {
		i.Owner = bot.Person{Platform: Platform, Workspace: n.id, ID: n.owner}
	}
	if n.greet != "" {
		i.Greet = bot.Channel{Platform: Platform, Workspace: n.id, ID: n.greet}
	}
	return i
}

// guildEvent makes what the engine needs of an event about a server, which may
// have megabytes: it is read here, and what is left is queued.
func (s *shard) guildEvent(name string, raw json.RawMessage) (event, error) {
	var g guildCreate
	if err := json.Unmarshal(raw, &g); g.ID == "" { // what is odd besides does not matter
		return event{}, cmp.Or(err, errors.New("it names no server"))
	}
	n := guildNews{id: g.ID}
	tell := s.guildHere
	switch {
	case g.Unavailable: // an outage, and no loss
		tell = s.guildAway
	case name == "GUILD_DELETE":
		tell = s.guildGone
	default:
		n.name, n.owner = g.Name, g.OwnerID
		if name == "GUILD_CREATE" && s.isNew(g) {
			n.greet = s.greet(g)
		}
	}
	short, err := json.Marshal(map[string]any{"id": g.ID, "unavailable": g.Unavailable, "threads": g.Threads})
	return event{name: name, raw: short, do: func(ctx context.Context) error {
		if err := tell(ctx, n); err != nil {
			return err
		}
		return s.g.a.event(ctx, s.g.h, name, short)
	}}, err
}

// guildHere tells the engine of a server that is new or changed.
func (s *shard) guildHere(ctx context.Context, n guildNews) error {
	sum := fnv.New64a()
	_, _ = io.WriteString(sum, n.name+"\x00"+n.owner+"\x00"+s.scope)
	gate := s.g.a.gate
	gate.mu.Lock()
	known := gate.guilds[n.id]
	gate.mu.Unlock()
	if !known.away.IsZero() {
		if err := s.guildBack(ctx, n.id, known.away); err != nil {
			return err
		}
	}
	if known.sum == sum.Sum64() {
		return nil
	}
	if err := s.g.h.InstallationChanged(ctx, s.installation(n)); err != nil {
		return err
	}
	gate.mu.Lock()
	gate.guilds[n.id] = knownGuild{shard: s.id, sum: sum.Sum64()}
	gate.mu.Unlock()
	return nil
}

// guildAway notes that nothing is heard of a server: it has an outage.
func (s *shard) guildAway(_ context.Context, n guildNews) error {
	gate := s.g.a.gate
	gate.mu.Lock()
	defer gate.mu.Unlock()
	if known, ok := gate.guilds[n.id]; ok && known.away.IsZero() {
		known.away = s.g.a.o.Clock()
		gate.guilds[n.id] = known
	}
	return nil
}

// guildBack has the engine write that outage down as a gap, and list.
func (s *shard) guildBack(ctx context.Context, id string, since time.Time) error {
	if err := s.g.h.Missed(ctx, bot.Channel{Platform: Platform, Workspace: id}, since); err != nil {
		return err
	}
	gate := s.g.a.gate
	gate.mu.Lock()
	defer gate.mu.Unlock()
	known := gate.guilds[id]
	known.away = time.Time{}
	gate.guilds[id] = known
	return nil
}

// outagesSoFar does so at the end, as whoever has the shard next knows of outages only
// since then.
func (s *shard) outagesSoFar(ctx context.Context) error {
	gate := s.g.a.gate
	away := map[string]time.Time{}
	gate.mu.Lock()
	for id, known := range gate.guilds {
		if known.shard == s.id && !known.away.IsZero() {
			away[id] = known.away
		}
	}
	gate.mu.Unlock()
	for id, since := range away {
		if err := s.guildBack(ctx, id, since); err != nil {
			return err
		}
	}
	return nil
}

// guildGone tells the engine that the bot was removed from a server.
func (s *shard) guildGone(ctx context.Context, n guildNews) error {
	i := s.installation(n)
	i.Gone = true
	if err := s.g.h.InstallationChanged(ctx, i); err != nil {
		return err
	}
	gate := s.g.a.gate
	gate.mu.Lock()
	delete(gate.guilds, n.id)
	gate.mu.Unlock()
	return nil
}

// isNew reports whether we came lately. A server that has had us for long is not
// greeted, even where the engine starts without a memory.
func (s *shard) isNew(g guildCreate) bool {
	joined, err := time.Parse(time.RFC3339, g.Joined)
	return err != nil || s.g.a.o.Clock().Sub(joined) < bot.GreetFor
}

// greet is where a welcome may be posted: where the server wants to hear of
// newcomers, else the first channel that allows it; empty if none does.
func (s *shard) greet(g guildCreate) string {
	self, _ := s.g.a.me(s.ctx) // known since READY
	var we member
	for _, m := range g.Members {
		if m.User != nil && m.User.ID == self.userID {
			we = m
		}
	}
	if we.User == nil {
		we.User = &user{ID: self.userID}
	}
	const need = discordgo.PermissionViewChannel | discordgo.PermissionSendMessages | discordgo.PermissionEmbedLinks
	best := -1
	for n, ch := range g.Channels {
		if ch.ID == "" || ch.Type != typeText && ch.Type != typeAnnouncement || permissions(g.guild, ch, we)&need != need {
			continue
		}
		if ch.ID == g.SystemChannelID {
			best = n
			break
		}
		if best < 0 || ch.Position < g.Channels[best].Position {
			best = n
		}
	}
	if best < 0 {
		return ""
	}
	return g.Channels[best].ID
}
