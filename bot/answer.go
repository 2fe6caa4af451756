package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Command carries out what somebody asked for; see [Handler]. What a person did
// wrong is an answer, not an error.
func (e *Engine) Command(ctx context.Context, c Command) (Answer, error) {
	spec, ok := specOf(c.Name)
	if !ok {
		return say("There is no command %q; %s help lists them.", c.Name, CommandPrefix), nil
	}
	if spec.Manage && !c.Actor.Manager {
		return say("%s %s is for those who manage Colloquy here. Ask one of them.", CommandPrefix, c.Name), nil
	}
	for _, p := range spec.Params {
		if p.Required && c.Args[p.Name] == "" {
			return say("%s is missing; use it as: %s", p.Name, Usage(spec)), nil
		}
	}
	a, err := e.carryOut(ctx, c)
	var p *Problem
	if errors.As(err, &p) {
		e.log.InfoContext(ctx, "command refused", "command", c.Name, "code", p.Code, "err", p.Err)
		return say("%s", sentence(p.Text)), nil
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

func (e *Engine) carryOut(ctx context.Context, c Command) (Answer, error) {
	switch c.Name {
	case "now":
		return e.answerNow(ctx, c)
	case "add":
		return e.answerAdd(ctx, c)
	case "feed list":
		return e.answerFeeds(ctx, c)
	case "feed add", "feed test", "feed remove":
		return e.answerFeed(ctx, c)
	case "schedule list":
		return e.answerSchedules(ctx, c)
	case "schedule add":
		return e.answerScheduleAdd(ctx, c)
	case "schedule next", "schedule pause", "schedule resume", "schedule remove":
		return e.answerSchedule(ctx, c)
	case "status":
		return e.answerStatus(ctx, c)
	case "why":
		return e.answerWhy(ctx, c)
	case "close":
		return e.answerClose(ctx, c)
	case "privacy", "my-data", "forget-me", "opt-out", "opt-in":
		return e.answerPerson(ctx, c)
	}
	return answerHelp(c.Actor), nil
}

func answerHelp(a Actor) Answer {
	out := []string{}
	for _, s := range Commands() {
		if s.Manage && !a.Manager {
			continue
		}
		out = append(out, Usage(s)+" — "+s.Help)
	}
	return list(out...)
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
	if _, err := e.Request(ctx, c.Channel.Parent(), r, c.ID, c.Actor.Person); err != nil {
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
	n, err := e.store.Add(ctx, id, c.Channel, url, e.now(), e.audit(c.Actor.Person, "add", string(id)))
	if err != nil {
		return Answer{}, err
	}
	return say("It is on the list of this channel, as number %d. The next scheduled discussion takes the first.", n), nil
}

func (e *Engine) answerStatus(ctx context.Context, c Command) (Answer, error) {
	var out []string
	open, err := e.store.Discussions(ctx, c.Channel, true, 5)
	if err != nil {
		return Answer{}, err
	}
	for _, d := range open {
		closes := "closes when its posts are out"
		if !d.ClosesAt.IsZero() {
			closes = "closes " + stamp(d.ClosesAt)
		}
		out = append(out, fmt.Sprintf("Open: %s — %s by %s, %s (%s)", d.Title,
			plural(d.Replies, "reply", "replies"), plural(d.People, "person", "people"), closes, d.ID.Short()))
	}
	if len(open) == 0 {
		out = append(out, "No discussion is open here.")
	}
	schedules, err := e.store.Schedules(ctx, c.Channel)
	if err != nil {
		return Answer{}, err
	}
	for _, s := range schedules {
		out = append(out, describe(s))
	}
	if len(schedules) == 0 {
		out = append(out, "Nothing is scheduled here.")
	}
	return list(out...), nil
}

// describe says in one line what a schedule does next.
func describe(s Schedule) string {
	next := "paused"
	if s.Reason != "" {
		next = "paused: " + s.Reason
	}
	if !s.NextAt.IsZero() {
		next = "next " + InZone(s.NextAt, s.Zone)
	}
	name := ""
	if s.Name != "" {
		name = s.Name + ", "
	}
	return fmt.Sprintf("Schedule %s (%s%s %s): %s", s.ID.Short(), name, s.Cron, s.Zone, next)
}

// InZone shows a moment on the clock of a zone, with its offset.
func InZone(t time.Time, zone string) string {
	if loc, err := time.LoadLocation(zone); err == nil {
		t = t.In(loc)
	}
	return t.Format("Mon 2 Jan 2006 15:04 MST (-07:00)")
}

func (e *Engine) answerWhy(ctx context.Context, c Command) (Answer, error) {
	last, err := e.store.Occurrences(ctx, c.Channel, "", 8)
	if err != nil {
		return Answer{}, err
	}
	if len(last) == 0 {
		return say("Nothing has happened here yet."), nil
	}
	var out []string
	for _, o := range last {
		out = append(out, DescribeOccurrence(o))
	}
	return list(out...), nil
}

// DescribeOccurrence says in one line what an occurrence did, and why.
func DescribeOccurrence(o Occurrence) string {
	what := strings.ReplaceAll(o.Outcome, "_", " ")
	if what == "" {
		what = "under way"
	}
	if o.Count > 1 {
		what = fmt.Sprintf("%d × %s", o.Count, what)
	}
	how := "scheduled"
	if o.Request.By != "" {
		how = "by hand"
	}
	s := fmt.Sprintf("%s (%s): %s", stamp(o.DueAt), how, what)
	if o.Reason != "" {
		s += " — " + o.Reason
	}
	return s
}

func (e *Engine) answerClose(ctx context.Context, c Command) (Answer, error) {
	var d Discussion
	if ref := c.Args["id"]; ref != "" {
		var err error
		if d, err = e.store.FindDiscussion(ctx, ref); err != nil {
			return Answer{}, err
		}
	} else {
		var found bool
		var err error
		if d, found, err = e.closable(ctx, c.Channel); err != nil {
			return Answer{}, err
		}
		if !found {
			return say("No discussion is open here."), nil
		}
	}
	if !sameTenant(d.Channel, c.Channel) {
		return say("That discussion is not in this workspace."), nil
	}
	if err := e.Close(ctx, d, c.Actor.Person); err != nil {
		return Answer{}, err
	}
	return say("Closing %q.", d.Title), nil
}

// closable finds the discussion that "close" without an id means: that of the
// thread it was said in, or the newest open one of the channel.
func (e *Engine) closable(ctx context.Context, ch Channel) (Discussion, bool, error) {
	list, err := e.store.Discussions(ctx, ch, ch.Thread == "", 50)
	if err != nil || len(list) == 0 {
		return Discussion{}, false, err
	}
	if ch.Thread == "" {
		return list[0], true, nil
	}
	at := slices.IndexFunc(list, func(d Discussion) bool { return d.Channel == ch })
	if at < 0 {
		return e.closable(ctx, ch.Parent())
	}
	return list[at], true, nil
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
