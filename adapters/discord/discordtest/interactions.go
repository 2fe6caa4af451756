package discordtest

import (
	"encoding/json"
	"maps"
	"time"
)

// Types of interactions.
const (
	actCommand  = 2
	actPress    = 3
	actComplete = 4
	actForm     = 5
)

// An Interaction is one use of a command, a button or a form, and what came of it.
type Interaction struct {
	ID, Token            string
	Type                 int // 2 command, 3 component, 4 autocomplete, 5 form
	Guild, Channel, User string

	s         *Server
	data      obj
	source    *message // that the button or form belongs to
	begun     time.Time
	dead      bool
	callback  int      // type of the initial response; 0: none yet
	answer    *message // the message that it answered with, or changed
	waiting   bool     // it was deferred, and the answer is not there yet
	modal     *Modal
	choices   []Choice
	followUps []*message
	of        *Interaction // that showed the form
}

// acts are the interactions, and the answers that only one person sees.
type acts struct {
	byToken  map[string]*Interaction
	hidden   map[string]*message
	commands []*command
	created  int             // commands today
	allowed  map[string]bool // guild/command: managers let everybody use it
}

// A Choice is one that autocomplete offers.
type Choice struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

// A Modal is a form that somebody was shown.
type Modal struct {
	CustomID string
	Title    string
	Fields   []Field
}

// A Field is a text input of a form.
type Field struct {
	ID, Label, Placeholder, Value string
	Required, Long                bool
	Min, Max                      int // 0 Max: 4000
}

// Shown is what somebody got to see of an interaction.
type Shown struct {
	Callback  int     // 4 message, 5 message after "thinking", 6 or 7 the message was changed, 8 choices, 9 form
	Message   Message // of 4, 5, 6 and 7
	Ephemeral bool    // the message is for them alone
	Modal     *Modal
	Choices   []Choice
}

// interact sends an interaction to the bot. data is what it is about.
func (s *Server) interact(kind int, in, user string, data obj, source *message) *Interaction {
	c := s.channels[in]
	i := &Interaction{ID: s.newID(), Token: "aW50ZXJhY3Rpb24" + s.newID() + "unguessable", Type: kind, Guild: c.guild, Channel: in,
		User: user, s: s, data: data, source: source, begun: s.o.Now()}
	s.acts.byToken[i.Token] = i
	o := obj{"id": i.ID, "application_id": s.AppID, "type": kind, "token": i.Token, "version": 1, "channel_id": in, "data": data,
		"locale": "en-US", "entitlements": []any{}, "attachment_size_limit": 10485760}
	ch := s.channelObj(c)
	if g := s.guilds[c.guild]; g != nil {
		p := s.may(g, user, c)
		mem := s.fullMember(g, user)
		mem["permissions"] = bits(p)
		ch["permissions"] = bits(p)
		o["guild_id"], o["guild_locale"], o["context"] = g.id, "en-US", 0
		o["guild"] = obj{"id": g.id, "locale": "en-US", "features": []string{}}
		o["member"], o["app_permissions"] = mem, bits(s.may(g, s.AppID, c))
		o["authorizing_integration_owners"] = obj{"0": g.id}
	} else {
		o["user"], o["context"], o["app_permissions"] = s.userObj(user), 1, bits(Everyone)
		o["authorizing_integration_owners"] = obj{"0": "0"}
	}
	o["channel"] = ch
	if source != nil {
		o["message"] = s.messageObj(source, true)
	}
	s.send(c.guild, "INTERACTION_CREATE", func(bool) any { return s.strange(maps.Clone(o)) })
	return i
}

// Acknowledged is the type of the initial response so far; 0 is none.
func (i *Interaction) Acknowledged() int {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.callback
}

// Expire ends the time in which the interaction can be answered.
func (i *Interaction) Expire() { i.s.set(func() { i.dead = true }) }

// Await waits for what the interaction shows: a message (the one that follows
// after "thinking", too), a form, choices. The test fails where there is no
// response within 3 s.
func (i *Interaction) Await() Shown {
	i.s.t.Helper()
	late := false
	ok := i.s.Wait(func() bool {
		i.s.mu.Lock()
		defer i.s.mu.Unlock()
		late = i.callback == 0 && (i.dead || i.s.o.Now().Sub(i.begun) > 3*time.Second)
		return late || i.callback != 0 && !i.waiting
	})
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	switch {
	case late:
		i.s.t.Errorf("interaction %s: no response within 3 s; people see \"The application did not respond\"", i.describe())
	case !ok:
		i.s.t.Errorf("interaction %s: it was deferred, and no answer followed", i.describe())
	}
	return i.shown()
}

func (i *Interaction) shown() Shown {
	sh := Shown{Callback: i.callback, Modal: i.modal, Choices: i.choices}
	if i.answer != nil {
		sh.Message = i.answer.show()
		sh.Ephemeral = i.answer.flags&ephemeral != 0
	}
	return sh
}

func (i *Interaction) describe() string {
	b, _ := json.Marshal(obj{"name": i.data["name"], "custom_id": i.data["custom_id"], "type": i.Type})
	return string(b)
}

// FollowUps are the further messages that came of the interaction, until now.
func (i *Interaction) FollowUps() []Shown {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	var out []Shown
	for _, m := range i.followUps {
		out = append(out, Shown{Callback: 4, Message: m.show(), Ephemeral: m.flags&ephemeral != 0})
	}
	return out
}

// findAct finds the interaction of a webhook's token.
func (s *Server) findAct(q *request) (*Interaction, error) {
	i := s.acts.byToken[q.PathValue("webhook_token")]
	switch {
	case q.PathValue("webhook_id") != s.AppID:
		return nil, refuse(10015)
	case i == nil, i.dead, s.o.Now().Sub(i.begun) > 15*time.Minute:
		return nil, refuse(50027)
	case i.callback == 0:
		return nil, refuse(10015)
	}
	return i, nil
}
