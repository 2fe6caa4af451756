package discordtest

import (
	"fmt"
	"strconv"
	"time"
)

// nonceWindow is how long a nonce is remembered; the documentation says "a few minutes".
const nonceWindow = 3 * time.Minute

func (s *Server) createMessage(q *request) (reply, error) {
	c, err := s.open(q.PathValue("channel_id"), 0)
	if err != nil {
		return reply{}, err
	}
	d, err := s.draft(q, q.body)
	if err != nil {
		return reply{}, err
	}
	if err := s.mayPost(c, d); err != nil {
		return reply{}, err
	}
	nonce := nonceOf(d)
	if at, again := s.nonces[s.AppID+"/"+nonce]; d.Enforce && nonce != "" && again && s.o.Now().Sub(at.at) < nonceWindow {
		there := s.channels[at.channel]
		if there == nil || there.message(at.message) == nil {
			return reply{}, refuse(10008)
		}
		return ok(s.messageObj(there.message(at.message), !s.o.NoContent))
	}
	m, err := s.newMessage(c, d)
	if err != nil {
		return reply{}, err
	}
	if m.nonce = nonce; nonce != "" {
		s.nonces[s.AppID+"/"+nonce] = nonced{c.id, m.id, s.o.Now()}
	}
	s.add(c, m)
	return ok(s.messageObj(m, !s.o.NoContent))
}

func nonceOf(d *draft) string {
	switch n := d.Nonce.(type) {
	case string:
		return n
	case float64:
		return strconv.FormatInt(int64(n), 10)
	}
	return ""
}

// mayPost says what forbids the bot to post d in a channel, if anything does.
func (s *Server) mayPost(c *channel, d *draft) error {
	need := SendMessages
	switch {
	case c.kind == DM:
		if u := s.users[c.recipient]; u == nil || u.closed {
			return refuse(50007)
		}
	case c.kind.forum():
		return refuse(40058)
	case c.kind == Category:
		return refuse(50008)
	case c.kind.thread():
		need = SendInThreads
	}
	if len(d.Embeds) > 0 {
		need |= EmbedLinks
	}
	if len(d.files) > 0 {
		need |= AttachFiles
	}
	if !s.botMay(c, need) {
		return refuse(50013)
	}
	if d.empty() {
		return refuse(50006)
	}
	if c.kind.thread() {
		return s.mayEnter(c, s.AppID)
	}
	return nil
}

// newMessage makes the bot's message of a draft, which is not yet in its channel.
func (s *Server) newMessage(c *channel, d *draft) (*message, error) {
	m := &message{id: s.newID(), channel: c.id, author: s.AppID, embeds: d.Embeds, components: d.Components, files: d.files}
	if d.Content != nil {
		m.content = *d.Content
	}
	if d.Flags != nil {
		m.flags = *d.Flags & (1<<2 | 1<<12 | 1<<15)
	}
	if r := d.Reference; r != nil {
		if c.message(r.MessageID) == nil {
			if r.FailIfNot == nil || *r.FailIfNot {
				return nil, invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
			}
		} else {
			m.kind, m.reference = 19, &reference{message: r.MessageID, channel: c.id}
		}
	}
	s.mention(m, d.allowed, true)
	return m, nil
}

// add puts a message into its channel and tells the gateway.
func (s *Server) add(c *channel, m *message) {
	s.wake(c, m.author)
	c.messages = append(c.messages, m)
	c.last = m.id
	if c.kind.thread() && m.id != c.id && m.kind != starter {
		c.sent++
	}
	s.messageEvent("MESSAGE_CREATE", m)
}

func (s *Server) listMessages(q *request) (reply, error) {
	c, err := s.open(q.PathValue("channel_id"), 0)
	if err != nil {
		return reply{}, err
	}
	if c.kind.forum() || c.kind == Category {
		return reply{}, refuse(50008)
	}
	v := q.URL.Query()
	limit := 50
	if l := v.Get("limit"); l != "" {
		if limit, err = strconv.Atoi(l); err != nil || limit < 1 || limit > 100 {
			return reply{}, invalid("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
		}
	}
	given := 0
	for _, k := range []string{"before", "after", "around"} {
		if v.Has(k) {
			given++
		}
	}
	if given > 1 {
		s.Breach("GET %s: before, after and around exclude one another", q.route)
	}
	os := []obj{}
	if !s.botMay(c, ReadHistory) {
		return ok(os)
	}
	page := c.page(v.Get("before"), v.Get("after"), v.Get("around"), limit)
	for i := len(page) - 1; i >= 0; i-- {
		os = append(os, s.messageObj(page[i], !s.o.NoContent))
	}
	return ok(os)
}

// page is a part of a channel's messages, oldest first: those after an id from
// the oldest on, else the newest.
func (c *channel) page(before, after, around string, limit int) []*message {
	all := c.messages
	switch {
	case around != "":
		i, _ := c.find(around)
		from := max(0, i-limit/2)
		return all[from:min(len(all), from+limit)]
	case after != "":
		i, found := c.find(after)
		if found {
			i++
		}
		return all[i:min(len(all), i+limit)]
	case before != "":
		i, _ := c.find(before)
		all = all[:i]
	}
	return all[max(0, len(all)-limit):]
}

// theMessage finds the message of a request.
func (s *Server) theMessage(q *request, need int64) (*channel, *message, error) {
	c, err := s.open(q.PathValue("channel_id"), need)
	if err != nil {
		return nil, nil, err
	}
	m := c.message(q.PathValue("message_id"))
	if m == nil {
		return nil, nil, refuse(10008)
	}
	return c, m, nil
}

func (s *Server) getMessage(q *request) (reply, error) {
	_, m, err := s.theMessage(q, ReadHistory)
	if err != nil {
		return reply{}, err
	}
	return ok(s.messageObj(m, !s.o.NoContent))
}

func (s *Server) editMessage(q *request) (reply, error) {
	c, m, err := s.theMessage(q, 0)
	if err != nil {
		return reply{}, err
	}
	d, err := s.draft(q, q.body)
	switch {
	case err != nil:
		return reply{}, err
	case m.author != s.AppID:
		return reply{}, refuse(50005)
	case c.archived:
		return reply{}, refuse(50083)
	case len(d.Embeds) > 0 && !s.botMay(c, EmbedLinks):
		return reply{}, refuse(50013)
	}
	if err := s.change(m, d, q.body); err != nil {
		return reply{}, err
	}
	s.messageEvent("MESSAGE_UPDATE", m)
	return ok(s.messageObj(m, !s.o.NoContent))
}

// change makes a message what a draft says, as far as it says anything. What a
// form's null empties is told from what it leaves out by its raw text.
func (s *Server) change(m *message, d *draft, raw []byte) error {
	next := *m
	given := keys(raw)
	if given["content"] {
		next.content = ""
		if d.Content != nil {
			next.content = *d.Content
		}
	}
	if given["embeds"] {
		next.embeds = d.Embeds
	}
	if given["components"] {
		next.components = d.Components
	}
	if d.Attachments != nil {
		kept := []File{}
		for _, a := range *d.Attachments {
			if i, err := strconv.Atoi(fmt.Sprint(a.ID)); err == nil && i >= 1 && i <= len(m.files) {
				kept = append(kept, m.files[i-1])
			}
		}
		next.files = kept
	}
	next.files = append(next.files, d.files...)
	if blank(next.content) && len(next.embeds) == 0 && len(next.components) == 0 && len(next.files) == 0 {
		return refuse(50006)
	}
	*m = next
	m.edited = s.o.Now()
	s.mention(m, d.allowed, false)
	return nil
}

func (s *Server) deleteMessage(q *request) (reply, error) {
	c, m, err := s.theMessage(q, 0)
	if err != nil {
		return reply{}, err
	}
	if m.author != s.AppID && !s.botMay(c, ManageMessages) {
		return reply{}, refuse(50013)
	}
	s.drop(c, m.id)
	return none()
}

// drop takes a message away and tells the gateway.
func (s *Server) drop(c *channel, id string) {
	c.remove(id)
	s.channelEvent("MESSAGE_DELETE", c, obj{"id": id, "channel_id": c.id})
}
