package discordtest

import (
	"sort"
	"strconv"
	"time"
)

// A Kind is the type of a channel.
type Kind int

// Kinds of channels.
const (
	Text          Kind = 0
	DM            Kind = 1
	Voice         Kind = 2
	Category      Kind = 4
	Announcement  Kind = 5
	NewsThread    Kind = 10
	PublicThread  Kind = 11
	PrivateThread Kind = 12
	Forum         Kind = 15
	Media         Kind = 16
)

func (k Kind) thread() bool { return k == NewsThread || k == PublicThread || k == PrivateThread }
func (k Kind) forum() bool  { return k == Forum || k == Media }

type user struct {
	id, name, global string
	bot, closed      bool // closed: takes no direct messages from us
}

type member struct {
	nick   string
	roles  []string
	joined time.Time
}

type role struct {
	id, name    string
	perms       int64
	managed     bool
	mentionable bool
}

type guild struct {
	id, name, owner, system string
	roles                   []*role // the first is @everyone, whose id is that of the server
	members                 map[string]*member
	joined                  time.Time
	unavailable             bool // an outage
	gone                    bool // the bot was removed
}

// An Overwrite changes permissions in one channel, for a role or a member.
type Overwrite struct {
	ID          string // of the role or the member
	Member      bool
	Allow, Deny int64
}

// A Tag can be put on posts of a forum.
type Tag struct {
	ID, Name  string
	Moderated bool // only for those who may manage threads
}

type channel struct {
	id, guild, parent, name, topic string
	kind                           Kind
	overwrites                     []Overwrite
	tags                           []Tag
	requireTag                     bool
	messages                       []*message // oldest first
	last                           string     // id of the last message, also if that is deleted
	recipient                      string     // of a direct channel

	// Only of threads.
	owner            string
	archived, locked bool
	archivedAt       time.Time
	archiveAfter     int // minutes
	joined           map[string]bool
	sent             int // messages ever, without the first
	applied          []string
}

type message struct {
	id, channel, author string
	kind, flags         int
	content             string
	embeds, components  []any
	files               []File
	edited              time.Time
	reactions           []*reaction
	mentions, roleNames []string // people and roles that the content names and may
	everyone            bool
	notified            []string
	reference           *reference
	nonce               string
	interaction         *Interaction // that it answers
	webhook             bool         // its author is a webhook
	thread              string
}

type reaction struct {
	emoji string
	users []string
}

type reference struct{ message, channel string }

type nonced struct {
	channel, message string
	at               time.Time
}

// A File is an attachment.
type File struct {
	Name string
	Data []byte
}

const epoch = 1420070400000 // the first second of 2015, in Unix milliseconds

// newID makes a snowflake of this moment, larger than all before.
func (s *Server) newID() string {
	id := uint64(s.o.Now().UnixMilli()-epoch) << 22
	s.lastID = max(s.lastID+1, id)
	return strconv.FormatUint(s.lastID, 10)
}

// pastID makes the snowflake of something that is older than what is said in
// it, each a millisecond after the one before so that shards get equally many.
func (s *Server) pastID() string {
	s.guildCount++
	ms := uint64(s.o.Now().Add(-400*24*time.Hour).UnixMilli() - epoch)
	return strconv.FormatUint((ms/1_000_000*1_000_000+s.guildCount)<<22, 10)
}

// idTime is when a snowflake was made.
func idTime(id string) time.Time {
	n, _ := strconv.ParseUint(id, 10, 64)
	return time.UnixMilli(int64(n>>22) + epoch).UTC()
}

// older says whether snowflake a is smaller than b.
func older(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

// find returns the place of a message in its channel, or where it would be.
func (c *channel) find(id string) (int, bool) {
	i := sort.Search(len(c.messages), func(i int) bool { return !older(c.messages[i].id, id) })
	return i, i < len(c.messages) && c.messages[i].id == id
}

func (c *channel) message(id string) *message {
	if i, ok := c.find(id); ok {
		return c.messages[i]
	}
	return nil
}

func (c *channel) remove(id string) {
	if i, ok := c.find(id); ok {
		c.messages = append(c.messages[:i], c.messages[i+1:]...)
	}
}

// guildChannels are a server's channels without its threads, in order.
func (s *Server) guildChannels(guild string, threads bool) []*channel {
	var cs []*channel
	for _, c := range s.channels {
		if c.guild == guild && c.kind.thread() == threads {
			cs = append(cs, c)
		}
	}
	sort.Slice(cs, func(i, j int) bool { return older(cs[i].id, cs[j].id) })
	return cs
}

// guildOf is the server that the bot can see, or nil.
func (s *Server) guildOf(id string) *guild {
	if g := s.guilds[id]; g != nil && !g.gone {
		return g
	}
	return nil
}
