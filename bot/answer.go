package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Command carries out what somebody asked for; see [Handler]. What a person did
// wrong is an answer, not an error.
func (e *Engine) Command(ctx context.Context, c Command) (Answer, error) {
	if c.Name == CompleteCommand {
		return e.complete(ctx, c)
	}
	spec, ok := specOf(c.Name)
	if !ok {
		return refuse("There is no command %q; %s help lists them.", c.Name, CommandPrefix), nil
	}
	var err error
	if c.Actor.Manager, err = e.manages(ctx, c.Actor, c.Channel); err != nil {
		return Answer{}, err
	}
	if spec.Manage && !c.Actor.Manager {
		return refuse("%s %s is for those who manage Colloquy here. Ask one of them.", CommandPrefix, c.Name), nil
	}
	for _, p := range spec.Params {
		if p.Required && c.Args[p.Name] == "" {
			return refuse("%s is missing; use it as: %s", p.Name, Usage(spec)), nil
		}
	}
	a, err := spec.answer(e, ctx, c)
	var p *Problem
	if errors.As(err, &p) {
		e.log.InfoContext(ctx, "command refused", "command", c.Name, "code", p.Code)
		return refuse("%s", sentence(p.Text)), nil
	}
	if err != nil {
		return Answer{}, fmt.Errorf("command %s: %w", c.Name, err)
	}
	return a, nil
}

// sentence makes a problem's text stand by itself.
func sentence(s string) string {
	for i, r := range s {
		s = strings.ToUpper(string(r)) + s[i+len(string(r)):]
		break
	}
	if strings.HasSuffix(s, "?") {
		return s
	}
	return strings.TrimSuffix(s, ".") + "."
}

func specOf(name string) (CommandSpec, bool) {
	for _, s := range Commands() {
		if s.Name == name {
			return s, true
		}
	}
	return CommandSpec{}, false
}

// say is an answer of one paragraph, for the asker only.
func say(format string, args ...any) Answer {
	return Answer{Message: Message{Paragraphs: []string{fmt.Sprintf(format, args...)}}, Private: true}
}

// refuse is what say gives, where nothing was done.
func refuse(format string, args ...any) Answer {
	a := say(format, args...)
	a.Refused = true
	return a
}

// list is an answer of several lines, for the asker only.
func list(lines ...string) Answer {
	return Answer{Message: Message{Lines: lines}, Private: true}
}

// commandRowID is the id of a row that a command makes: the same for the same
// command, so that a command which arrives twice makes it once.
func commandRowID(c Command) ID {
	if c.ID == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(c.Channel.Platform + "\x00" + c.ID))
	s := hex.EncodeToString(sum[:16])
	return ID(s[:8] + "-" + s[8:12] + "-8" + s[13:16] + "-8" + s[17:20] + "-" + s[20:])
}

func (e *Engine) answerHelp(_ context.Context, c Command) (Answer, error) {
	out := []string{}
	for _, s := range Commands() {
		if s.Manage && !c.Actor.Manager {
			continue
		}
		out = append(out, Usage(s)+" — "+s.Help)
	}
	return list(out...), nil
}

func articleCommands() []CommandSpec {
	return []CommandSpec{
		{Name: "now", Help: "discuss an article now; without one, pick from the newest", Manage: true, answer: (*Engine).answerNow,
			Params: []Param{{Name: "source", Help: "URL of an article or a feed, or the text itself", Rest: true, Of: "article"}}},
		{Name: "add", Help: "put an article on the list for the next scheduled discussion", Manage: true, answer: (*Engine).answerAdd,
			Params: []Param{{Name: "url", Help: "its URL", Required: true, Of: "article"}}},
	}
}

func (e *Engine) answerNow(ctx context.Context, c Command) (Answer, error) {
	source := strings.TrimSpace(c.Args["source"])
	if source == "" {
		return e.offer(ctx, c)
	}
	r := Request{Ref: source}
	if !isURL(source) {
		if len(strings.Fields(source)) < 20 {
			return say("That is neither a URL nor a text to discuss. Give a URL that begins with https://, or paste the whole text."), nil
		}
		r = Request{Text: source}
	}
	if _, err := e.Request(ctx, c.Channel.Parent(), r, c.ID, c.by()); err != nil {
		return Answer{}, err
	}
	return say("It is being read and will be posted here. If that fails, %s why says why.", CommandPrefix), nil
}

func isURL(s string) bool {
	return !strings.ContainsAny(s, " \n\t") && (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://"))
}

// offer lists the newest items of the channel's feeds, those seen before included.
func (e *Engine) offer(ctx context.Context, c Command) (Answer, error) {
	feeds, err := e.store.ChannelFeeds(ctx, c.Channel)
	if err != nil {
		return Answer{}, err
	}
	if len(feeds) == 0 {
		return say("This channel has no feeds to pick from. Give a URL, or add one with %s feed add URL.", CommandPrefix), nil
	}
	items, err := e.store.NewestItems(ctx, feeds, 5)
	if err != nil {
		return Answer{}, err
	}
	if len(items) == 0 {
		return say("The feeds of this channel have brought nothing yet. %s feed list says how they are.", CommandPrefix), nil
	}
	a := say("Which one?")
	for _, it := range items {
		if it.URL != "" {
			a.Choices = append(a.Choices, Choice{Label: it.Title, Command: "now", Args: map[string]string{"source": it.URL}})
		}
	}
	return a, nil
}

func (e *Engine) answerAdd(ctx context.Context, c Command) (Answer, error) {
	url := strings.TrimSpace(c.Args["url"])
	if !isURL(url) {
		return say("%q is no URL. Give one that begins with https://.", firstWord(url)), nil
	}
	id := commandRowID(c)
	if id == "" {
		id = NewID(e.now())
	}
	n, err := e.store.Add(ctx, id, c.Channel, url, e.now(), e.audit(c.by(), "add", string(id), url))
	if err != nil {
		return Answer{}, err
	}
	return say("It is on the list of this channel, as number %d. The next scheduled discussion takes the first.", n), nil
}

func sameTenant(a, b Channel) bool { return a.Platform == b.Platform && a.Workspace == b.Workspace }

func atoi(s string, what string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, Problemf("bad_count", "%s must be a number from 1 on, not %q", what, firstWord(s))
	}
	return n, nil
}
