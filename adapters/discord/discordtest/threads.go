package discordtest

import (
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"time"
)

// mayEnter says what forbids somebody to write in a thread, if anything does.
func (s *Server) mayEnter(c *channel, user string) error {
	switch {
	case c.locked && s.may(s.guilds[c.guild], user, c)&ManageThreads == 0:
		if c.archived {
			return refuse(50083)
		}
		return refuse(160005)
	case !c.joined[user] && len(c.joined) >= 1000:
		return refuse(30033)
	case c.archived && s.activeCount(c.guild) >= s.o.ActiveThreads:
		return refuse(160006)
	}
	return nil
}

// wake opens an archived thread in which somebody writes, who thereby joins it.
func (s *Server) wake(c *channel, user string) {
	if !c.kind.thread() {
		return
	}
	c.joined[user] = true
	if c.archived {
		c.archived, c.archivedAt = false, s.o.Now()
		s.channelEvent("THREAD_UPDATE", c, s.channelObj(c))
	}
}

func (s *Server) activeCount(guild string) int {
	n := 0
	for _, c := range s.channels {
		if c.guild == guild && c.kind.thread() && !c.archived {
			n++
		}
	}
	return n
}

type threadForm struct {
	Name         *string         `json:"name"`
	AutoArchive  *int            `json:"auto_archive_duration"`
	Type         *Kind           `json:"type"`
	Message      json.RawMessage `json:"message"`
	AppliedTags  *[]string       `json:"applied_tags"`
	Archived     *bool           `json:"archived"`
	Locked       *bool           `json:"locked"`
	RateLimit    *int            `json:"rate_limit_per_user"`
	DefaultFlags *int            `json:"flags"`
}

func (f *threadForm) check() error {
	if f.Name != nil {
		if blank(*f.Name) || length(*f.Name) > 100 {
			return invalid("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
		}
	}
	if f.AutoArchive != nil && !slices.Contains([]int{60, 1440, 4320, 10080}, *f.AutoArchive) {
		return invalid("auto_archive_duration", "BASE_TYPE_CHOICES", "Value must be one of (60, 1440, 4320, 10080).")
	}
	return nil
}

// newThread makes a thread and tells the gateway.
func (s *Server) newThread(parent *channel, id, owner, name string, kind Kind, archiveAfter *int) *channel {
	c := &channel{id: id, guild: parent.guild, parent: parent.id, name: name, kind: kind, owner: owner,
		archiveAfter: 4320, archivedAt: s.o.Now(), joined: map[string]bool{owner: true}}
	if archiveAfter != nil {
		c.archiveAfter = *archiveAfter
	}
	s.channels[id] = c
	return c
}

func (s *Server) tellThread(c *channel) {
	o := s.channelObj(c)
	o["newly_created"] = true
	s.channelEvent("THREAD_CREATE", c, o)
}

// startThread opens a thread under a message, which gets its id.
func (s *Server) startThread(parent *channel, m *message, owner, name string, archiveAfter *int) *channel {
	kind := PublicThread
	if parent.kind == Announcement {
		kind = NewsThread
	}
	c := s.newThread(parent, m.id, owner, name, kind, archiveAfter)
	m.thread = c.id
	m.flags |= 1 << 5
	s.tellThread(c)
	s.messageEvent("MESSAGE_UPDATE", m)
	s.add(c, &message{id: s.newID(), channel: c.id, author: owner, kind: starter,
		reference: &reference{message: m.id, channel: parent.id}})
	return c
}

// newThread reads what a thread is to be.
func (q *request) newThread() (f threadForm, err error) {
	if err := q.decode(&f); err != nil {
		return f, err
	}
	if f.Name == nil {
		return f, invalid("name", "BASE_TYPE_REQUIRED", "This field is required")
	}
	err = f.check()
	return f, err
}

func (s *Server) createThreadFrom(q *request) (reply, error) {
	parent, m, err := s.theMessage(q, CreatePublicThreads)
	if err != nil {
		return reply{}, err
	}
	f, err := q.newThread()
	if err != nil {
		return reply{}, err
	}
	switch {
	case parent.kind != Text && parent.kind != Announcement:
		return reply{}, refuse(50024)
	case s.channels[m.id] != nil:
		return reply{}, refuse(160004)
	case s.activeCount(parent.guild) >= s.o.ActiveThreads:
		return reply{}, refuse(160006)
	}
	c := s.startThread(parent, m, s.AppID, *f.Name, f.AutoArchive)
	return reply{201, s.channelObj(c)}, nil
}

// createThread opens a post in a forum, or a thread without a message.
func (s *Server) createThread(q *request) (reply, error) {
	parent, err := s.open(q.PathValue("channel_id"), 0)
	if err != nil {
		return reply{}, err
	}
	f, err := q.newThread()
	if err != nil {
		return reply{}, err
	}
	if s.activeCount(parent.guild) >= s.o.ActiveThreads {
		return reply{}, refuse(160006)
	}
	if parent.kind.forum() {
		return s.forumPost(q, parent, f)
	}
	switch {
	case parent.kind != Text:
		return reply{}, refuse(50024)
	case f.Type == nil || *f.Type != PublicThread:
		return reply{}, refuse(50024) // private threads are not here
	case !s.botMay(parent, CreatePublicThreads):
		return reply{}, refuse(50013)
	}
	c := s.newThread(parent, s.newID(), s.AppID, *f.Name, PublicThread, f.AutoArchive)
	s.tellThread(c)
	s.add(parent, &message{id: s.newID(), channel: parent.id, author: s.AppID, kind: 18, content: *f.Name,
		reference: &reference{channel: c.id}})
	return reply{201, s.channelObj(c)}, nil
}

func (s *Server) forumPost(q *request, parent *channel, f threadForm) (reply, error) {
	d, err := s.draft(q, f.Message)
	if err != nil {
		return reply{}, err
	}
	need := SendMessages
	if len(d.Embeds) > 0 {
		need |= EmbedLinks
	}
	if len(d.files) > 0 {
		need |= AttachFiles
	}
	var tags []string
	if f.AppliedTags != nil {
		tags = *f.AppliedTags
	}
	switch {
	case !s.botMay(parent, need):
		return reply{}, refuse(50013)
	case d.empty():
		return reply{}, refuse(50006)
	case parent.requireTag && len(tags) == 0:
		return reply{}, refuse(40067)
	}
	if err := s.checkTags(parent, tags); err != nil {
		return reply{}, err
	}
	id := s.newID()
	c := s.newThread(parent, id, s.AppID, *f.Name, PublicThread, f.AutoArchive)
	c.applied = tags
	m, err := s.newMessage(c, d)
	if err != nil {
		delete(s.channels, id)
		return reply{}, err
	}
	m.id = id
	parent.last = id
	s.tellThread(c)
	s.add(c, m)
	o := s.channelObj(c)
	o["message"] = s.messageObj(m, !s.o.NoContent)
	return reply{201, o}, nil
}

func (s *Server) checkTags(parent *channel, tags []string) error {
	if len(tags) > 5 {
		return tooLong("applied_tags", 5)
	}
	for _, t := range tags {
		i := slices.IndexFunc(parent.tags, func(x Tag) bool { return x.ID == t })
		if i < 0 {
			return invalid("applied_tags", "CHANNEL_FORUM_TAG_UNKNOWN", "Unknown tag")
		}
		if parent.tags[i].Moderated && !s.botMay(parent, ManageThreads) {
			return refuse(50013)
		}
	}
	return nil
}

func (s *Server) activeThreads(q *request) (reply, error) {
	g := s.guildOf(q.PathValue("guild_id"))
	if g == nil {
		return reply{}, refuse(50001)
	}
	threads, members := []obj{}, []any{}
	cs := s.guildChannels(g.id, true)
	slices.Reverse(cs)
	for _, c := range cs {
		if !c.archived && s.seen(s.AppID, c) {
			o := s.channelObj(c)
			threads = append(threads, o)
			if o["member"] != nil {
				members = append(members, o["member"])
			}
		}
	}
	return ok(obj{"threads": threads, "members": members, "has_more": false})
}

func (s *Server) archivedThreads(q *request) (reply, error) {
	parent, err := s.open(q.PathValue("channel_id"), ReadHistory)
	if err != nil {
		return reply{}, err
	}
	limit, before := 50, time.Time{}
	if l := q.URL.Query().Get("limit"); l != "" {
		if limit, err = strconv.Atoi(l); err != nil || limit < 2 || limit > 100 {
			return reply{}, invalid("limit", "NUMBER_TYPE_MAX", "int value should be between 2 and 100.")
		}
	}
	if b := q.URL.Query().Get("before"); b != "" {
		if before, err = time.Parse(time.RFC3339Nano, b); err != nil {
			return reply{}, invalid("before", "DATE_TIME_TYPE_PARSE", "Could not parse %s. Should be ISO8601.", b)
		}
	}
	var cs []*channel
	for _, c := range s.guildChannels(parent.guild, true) {
		if c.parent == parent.id && c.archived && c.kind != PrivateThread && (before.IsZero() || c.archivedAt.Before(before)) {
			cs = append(cs, c)
		}
	}
	sort.SliceStable(cs, func(i, j int) bool { return cs[i].archivedAt.After(cs[j].archivedAt) })
	more := len(cs) > limit
	threads := []obj{}
	for _, c := range cs[:min(len(cs), limit)] {
		threads = append(threads, s.channelObj(c))
	}
	return ok(obj{"threads": threads, "members": []any{}, "has_more": more})
}

func (s *Server) joinThread(q *request) (reply, error) {
	c, err := s.open(q.PathValue("channel_id"), 0)
	switch {
	case err != nil:
		return reply{}, err
	case !c.kind.thread():
		return reply{}, refuse(50024)
	case c.archived:
		return reply{}, refuse(50083)
	case !c.joined[s.AppID] && len(c.joined) >= 1000:
		return reply{}, refuse(30033)
	}
	c.joined[s.AppID] = true
	return none()
}
