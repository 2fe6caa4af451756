package discordtest

import (
	"encoding/json"
	"slices"
	"time"
)

const (
	ephemeral = 1 << 6
	loading   = 1 << 7
)

// Types of initial responses.
const (
	withMessage  = 4
	thinking     = 5
	deferUpdate  = 6
	withUpdate   = 7
	withChoices  = 8
	withModal    = 9
	respondTypes = "(4, 5, 6, 7, 8, 9)"
)

// callback takes the initial response to an interaction.
func (s *Server) callback(q *request) (reply, error) {
	i := s.acts.byToken[q.PathValue("interaction_token")]
	switch {
	case i == nil, i.ID != q.PathValue("interaction_id"), i.dead:
		return reply{}, refuse(10062)
	case i.callback != 0:
		return reply{}, refuse(40060)
	case s.o.Now().Sub(i.begun) > 3*time.Second:
		i.dead = true
		return reply{}, refuse(10062)
	}
	var f struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if err := q.decode(&f); err != nil {
		return reply{}, err
	}
	if !i.takes(f.Type) {
		return reply{}, invalid("type", "BASE_TYPE_CHOICES", "Value must be one of %s, and fit the interaction.", respondTypes)
	}
	if err := s.respond(q, i, f.Type, f.Data); err != nil {
		return reply{}, err
	}
	i.callback = f.Type
	if q.URL.Query().Get("with_response") != "true" {
		return none()
	}
	o := obj{"interaction": obj{"id": i.ID, "type": i.Type, "channel_id": i.Channel, "guild_id": i.Guild}}
	if i.answer != nil && (f.Type == withMessage || f.Type == withUpdate) {
		o["resource"] = obj{"type": f.Type, "message": s.messageObj(i.answer, true)}
	}
	return ok(o)
}

// takes says whether an interaction can be answered in a way.
func (i *Interaction) takes(kind int) bool {
	switch kind {
	case withMessage, thinking:
		return i.Type != actComplete
	case deferUpdate, withUpdate:
		return i.source != nil && (i.Type == actPress || i.Type == actForm)
	case withChoices:
		return i.Type == actComplete
	case withModal:
		return i.Type == actCommand || i.Type == actPress
	}
	return false
}

func (s *Server) respond(q *request, i *Interaction, kind int, data json.RawMessage) (err error) {
	switch kind {
	case withModal:
		i.modal, err = readModal(data)
		return err
	case withChoices:
		i.choices, err = readChoices(data)
		return err
	case deferUpdate:
		i.answer = i.source
		return nil
	case thinking:
		var d struct {
			Flags int `json:"flags"`
		}
		_ = json.Unmarshal(data, &d)
		i.waiting = true
		i.answer = s.answerTo(i)
		i.answer.flags = d.Flags&ephemeral | loading
		s.show(i.answer)
		return nil
	}
	d, err := s.draft(q, data)
	if err != nil {
		return err
	}
	if kind == withUpdate {
		i.answer = i.source
		return s.update(i.source, d, data)
	}
	i.answer, err = s.fresh(i, d)
	return err
}

// answerTo makes an empty message that answers an interaction.
func (s *Server) answerTo(i *Interaction) *message {
	m := &message{id: s.newID(), channel: i.Channel, author: s.AppID, interaction: i}
	switch {
	case i.Type == actCommand && i.data["type"] == 1:
		m.kind = 20
	case i.Type == actCommand:
		m.kind = 23
	case i.source != nil && s.channels[i.Channel].message(i.source.id) != nil:
		m.kind, m.reference = 19, &reference{i.source.id, i.Channel}
	}
	return m
}

// fresh makes and shows a message of a draft. Like all answers it needs no permissions.
func (s *Server) fresh(i *Interaction, d *draft) (*message, error) {
	if d.empty() {
		return nil, refuse(50006)
	}
	m := s.answerTo(i)
	if d.Flags != nil {
		m.flags = *d.Flags & (1<<2 | ephemeral | 1<<12 | 1<<15)
	}
	s.fill(m, d)
	s.show(m)
	return m, nil
}

func (s *Server) fill(m *message, d *draft) {
	if d.Content != nil {
		m.content = *d.Content
	}
	m.embeds, m.components, m.files = d.Embeds, d.Components, d.files
	a := d.allowed
	if a == nil {
		a = &allowed{Parse: []string{"users"}}
	}
	ref := m.reference
	m.reference = nil // an answer to a button pings nobody
	s.mention(m, a, m.flags&ephemeral == 0)
	m.reference = ref
}

// show puts an answer where it is seen: into its channel, or before one person.
func (s *Server) show(m *message) {
	if m.flags&ephemeral != 0 {
		s.acts.hidden[m.id] = m
		return
	}
	s.add(s.channels[m.channel], m)
}

// update changes a message that an interaction answered with or belongs to.
func (s *Server) update(m *message, d *draft, raw []byte) error {
	if err := s.change(m, d, raw); err != nil {
		return err
	}
	if m.flags&ephemeral == 0 {
		s.messageEvent("MESSAGE_UPDATE", m)
	}
	return nil
}

// followUp posts a further message; after "thinking", the first is the answer itself.
func (s *Server) followUp(q *request) (reply, error) {
	i, err := s.findAct(q)
	if err != nil {
		return reply{}, err
	}
	d, err := s.draft(q, q.body)
	if err != nil {
		return reply{}, err
	}
	if i.waiting {
		return s.finish(i, d)
	}
	m, err := s.fresh(i, d)
	if err != nil {
		return reply{}, err
	}
	i.followUps = append(i.followUps, m)
	return ok(s.messageObj(m, true))
}

// finish replaces "thinking" by the answer. Whether only one person sees that
// was decided before.
func (s *Server) finish(i *Interaction, d *draft) (reply, error) {
	if d.empty() {
		return reply{}, refuse(50006)
	}
	i.waiting = false
	i.answer.flags &^= loading
	s.fill(i.answer, d)
	if i.answer.flags&ephemeral == 0 {
		s.messageEvent("MESSAGE_UPDATE", i.answer)
	}
	return ok(s.messageObj(i.answer, true))
}

// theAnswer finds the message that a webhook's path names.
func (s *Server) theAnswer(q *request) (*Interaction, *message, error) {
	i, err := s.findAct(q)
	if err != nil {
		return nil, nil, err
	}
	id := q.PathValue("message_id")
	if (id == "" || i.answer != nil && id == i.answer.id) && i.answer != nil {
		return i, i.answer, nil
	}
	for _, m := range i.followUps {
		if m.id == id {
			return i, m, nil
		}
	}
	return nil, nil, refuse(10008)
}

func (s *Server) getAnswer(q *request) (reply, error) {
	_, m, err := s.theAnswer(q)
	if err != nil {
		return reply{}, err
	}
	return ok(s.messageObj(m, true))
}

func (s *Server) editAnswer(q *request) (reply, error) {
	i, m, err := s.theAnswer(q)
	if err != nil {
		return reply{}, err
	}
	d, err := s.draft(q, q.body)
	if err != nil {
		return reply{}, err
	}
	if i.waiting && m == i.answer {
		return s.finish(i, d)
	}
	if err := s.update(m, d, q.body); err != nil {
		return reply{}, err
	}
	return ok(s.messageObj(m, true))
}

func (s *Server) deleteAnswer(q *request) (reply, error) {
	i, m, err := s.theAnswer(q)
	if err != nil {
		return reply{}, err
	}
	if m == i.answer {
		i.answer, i.waiting = nil, false
	}
	i.followUps = slices.DeleteFunc(i.followUps, func(x *message) bool { return x == m })
	delete(s.acts.hidden, m.id)
	if c := s.channels[m.channel]; c != nil && c.message(m.id) != nil {
		s.drop(c, m.id)
	}
	return none()
}
