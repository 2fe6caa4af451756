package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// Limits of what is offered while somebody types, as platforms have them.
const (
	mostOffered  = 25
	longestLabel = 100 // characters, of a value too
)

// An offer is something that an argument can be.
type offer struct {
	value string
	label string // for people
	also  string // other words by which it is found
}

// offers gives what a parameter can be, in the order of the list. Each
// lists rows of the channel, or of the installation, that the command was given in.
func (e *Engine) offers(p Param) func(context.Context, Command, CommandSpec) ([]offer, error) {
	if len(p.Words) > 0 {
		return func(context.Context, Command, CommandSpec) ([]offer, error) { return offerWords(p.Words), nil }
	}
	switch p.Of {
	case "feed":
		return e.offerFeeds
	case "schedule":
		return e.offerSchedules
	case "discussion":
		return e.offerDiscussions
	case "draft":
		return e.offerDrafts
	case "entry":
		return e.offerEntries
	case "article":
		return e.offerArticles
	case "reply":
		return e.offerReplies
	case "manager":
		return e.offerManagers
	case "zone":
		return func(_ context.Context, c Command, _ CommandSpec) ([]offer, error) {
			return offerZones(c.Args["text"]), nil
		}
	}
	return nil
}

// complete answers a [CompleteCommand]. What cannot be completed has no choices.
func (e *Engine) complete(ctx context.Context, c Command) (Answer, error) {
	none := Answer{Private: true}
	spec, ok := specOf(c.Args["command"])
	at := slices.IndexFunc(spec.Params, func(p Param) bool { return p.Name == c.Args["param"] })
	if !ok || at < 0 || c.Channel.ID == "" {
		return none, nil
	}
	list := e.offers(spec.Params[at])
	if list == nil {
		return none, nil
	}
	var err error
	if c.Actor.Manager, err = e.manages(ctx, c.Actor, c.Channel); err != nil || spec.Manage && !c.Actor.Manager {
		return none, err
	}
	all, err := list(ctx, c, spec)
	if err != nil {
		return none, fmt.Errorf("complete %s of %s: %w", c.Args["param"], spec.Name, err)
	}
	for _, o := range all {
		label := clip(cmp.Or(o.label, o.value), longestLabel)
		if len(none.Choices) == mostOffered || o.value == "" || len(o.value) > longestLabel || !o.matches(c.Args["text"]) {
			continue
		}
		none.Choices = append(none.Choices, Choice{Label: cmp.Or(label, o.value), Command: spec.Name, Args: map[string]string{"value": o.value}})
	}
	return none, nil
}

// matches reports whether what was typed so far may mean this.
func (o offer) matches(typed string) bool {
	typed = strings.ToLower(strings.TrimSpace(typed))
	return strings.Contains(strings.ToLower(o.label), typed) || strings.Contains(strings.ToLower(o.also), typed) || strings.Contains(strings.ToLower(o.value), typed)
}

func offerWords(words []string) (out []offer) {
	for _, w := range words {
		out = append(out, offer{value: w})
	}
	return out
}

func (e *Engine) offerFeeds(ctx context.Context, c Command, _ CommandSpec) ([]offer, error) {
	feeds, err := e.store.Feeds(ctx, c.Channel)
	var out []offer
	for _, f := range feeds {
		out = append(out, offer{f.ID.Short(), strings.TrimPrefix(cmp.Or(f.Title, f.Name)+" — "+f.URL, " — "), string(f.ID) + " " + f.Name})
	}
	return out, err
}

func (e *Engine) offerSchedules(ctx context.Context, c Command, _ CommandSpec) ([]offer, error) {
	schedules, err := e.store.Schedules(ctx, c.Channel)
	var out []offer
	for _, s := range schedules {
		out = append(out, offer{s.ID.Short(), strings.TrimPrefix(describe(s), "Schedule "), string(s.ID)})
	}
	return out, err
}

func (e *Engine) offerDiscussions(ctx context.Context, c Command, spec CommandSpec) ([]offer, error) {
	list, err := e.store.Discussions(ctx, c.Channel, false, 100)
	if err != nil {
		return nil, err
	}
	v, err := e.voice(ctx, c.Channel)
	var out []offer
	for _, d := range list {
		if canBe(spec.Name, d) {
			out = append(out, offer{d.ID.Short(), clip(d.Title, 60) + " — " + d.State + ", " + v.private().stamp(d.CreatedAt), string(d.ID) + " " + d.Title + " " + d.URL})
		}
	}
	return out, err
}

// canBe reports whether a command can be about a discussion as it is now.
func canBe(command string, d Discussion) bool {
	states := []string{StateOpen, StateClosing, StateClosed}
	switch command {
	case "close", "extend":
		states = []string{StatePosting, StateOpen}
	case "reopen":
		states = []string{StateClosed}
	case "withdraw":
		states = append(states, StatePosting, StateUnknown)
	case "recap post", "recap drop":
		return d.Held
	}
	return slices.Contains(states, d.State)
}

func (e *Engine) offerDrafts(ctx context.Context, c Command, _ CommandSpec) ([]offer, error) {
	drafts, err := e.store.OpenDrafts(ctx, c.Channel.Platform, c.Channel.Workspace)
	var out []offer
	for _, d := range drafts {
		out = append(out, offer{d.ID.Short(), clip(d.Title, 60) + " — for " + d.Channel.String(), string(d.ID) + " " + d.Title + " " + d.URL})
	}
	return out, err
}

func (e *Engine) offerEntries(ctx context.Context, c Command, _ CommandSpec) ([]offer, error) {
	queue, err := e.Queue(ctx, c.Channel)
	var out []offer
	for _, q := range queue {
		out = append(out, offer{q.ID.Short(), clip(q.Title, 80) + " (" + q.Kind + ")", string(q.ID) + " " + q.Title + " " + q.URL})
	}
	return out, err
}

func (e *Engine) offerArticles(ctx context.Context, c Command, _ CommandSpec) ([]offer, error) {
	feeds, err := e.store.ChannelFeeds(ctx, c.Channel)
	if err != nil {
		return nil, err
	}
	items, err := e.store.NewestItems(ctx, feeds, 100)
	var out []offer
	for _, it := range items {
		out = append(out, offer{it.URL, it.Title, it.Byline})
	}
	return out, err
}

// offerReplies lists the newest first: those of the discussion that a manager
// keeps out of its recap or no longer so, else one's own answers by form.
func (e *Engine) offerReplies(ctx context.Context, c Command, spec CommandSpec) ([]offer, error) {
	var list []Reply
	var err error
	if spec.Name == "remove" {
		list, err = e.store.PersonReplies(ctx, c.Actor.Person)
	} else {
		var d Discussion
		if d, err = e.discussionFor(ctx, Command{Channel: c.Channel}, "open", StateOpen, StateClosing, StateClosed); err == nil {
			list, err = e.store.Replies(ctx, d.ID)
		}
	}
	if ReasonCode(err) == "not_found" {
		return nil, nil
	}
	var out []offer
	for _, r := range slices.Backward(list) {
		switch {
		case r.Deleted || r.Ref.Channel.Parent() != c.Channel.Parent():
		case spec.Name == "remove" && !r.ByForm():
		case spec.Name != "remove" && r.Excluded != (spec.Name == "include"):
		default:
			out = append(out, offer{r.ID.Short(), clip(cmp.Or(r.Author.Name, english.somebody), 30) + ": " + r.Text, string(r.ID)})
		}
	}
	return out, err
}

func (e *Engine) offerManagers(ctx context.Context, c Command, _ CommandSpec) ([]offer, error) {
	list, err := e.store.Managers(ctx, c.Channel.Platform, c.Channel.Workspace)
	var out []offer
	for _, m := range list {
		out = append(out, offer{value: m.String()})
	}
	return out, err
}

// offerZones lists what was typed, if it is a zone or nearly one, and zones that
// many people live in.
func offerZones(typed string) []offer {
	var out []offer
	typed = strings.TrimSpace(typed)
	if near := nearZone(typed); near != "" {
		out = append(out, offer{value: near, also: typed})
	}
	for _, z := range livedIn {
		if len(out) == 0 || out[0].value != z {
			out = append(out, offer{value: z, also: strings.ReplaceAll(z, "_", " ")})
		}
	}
	return out
}

// livedIn are zones that many people live in. A program cannot list those that
// the database knows.
var livedIn = strings.Fields(`UTC
	Europe/London Europe/Dublin Europe/Lisbon Europe/Madrid Europe/Paris Europe/Brussels Europe/Amsterdam Europe/Berlin Europe/Zurich Europe/Vienna
	Europe/Rome Europe/Stockholm Europe/Oslo Europe/Copenhagen Europe/Helsinki Europe/Warsaw Europe/Prague Europe/Budapest Europe/Athens
	Europe/Bucharest Europe/Kyiv Europe/Istanbul Europe/Moscow
	America/New_York America/Chicago America/Denver America/Los_Angeles America/Phoenix America/Toronto America/Vancouver America/Mexico_City
	America/Bogota America/Lima America/Santiago America/Sao_Paulo America/Argentina/Buenos_Aires America/Caracas
	Africa/Cairo Africa/Lagos Africa/Nairobi Africa/Johannesburg Africa/Casablanca
	Asia/Jerusalem Asia/Riyadh Asia/Dubai Asia/Tehran Asia/Karachi Asia/Kolkata Asia/Dhaka Asia/Kathmandu Asia/Colombo Asia/Bangkok Asia/Jakarta
	Asia/Singapore Asia/Manila Asia/Hong_Kong Asia/Shanghai Asia/Taipei Asia/Seoul Asia/Tokyo
	Australia/Perth Australia/Adelaide Australia/Brisbane Australia/Sydney Pacific/Auckland Pacific/Honolulu`)
