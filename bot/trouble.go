package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Trouble is something that fails, from the moment it does until it works
// again. It holds ids, titles of articles and feeds, and names of channels,
// never what people wrote.
type Trouble struct {
	Platform, Workspace string // its installation; both empty: it is the operator's alone
	Cause               string
	Subject             string // what fails: the id of a row, or a channel in text
	Name                string // the subject, for people
	Text                string // what is wrong with it
	Fix                 string // what to do, where that of the cause does not say it; may be empty
	Count               int    // how often it happened
	Since, Last         time.Time
	Told                time.Time // when a notice last spoke of it; zero: never
	Over                time.Time // when it began to work again; zero: it does not
}

// Causes of trouble.
const (
	CauseMissed  = "missed"  // what was due was not posted in time; of a channel
	CauseFailed  = "failed"  // what was asked for, or due, was given up; of a channel
	CauseRefused = "refused" // a post was refused for good; of a channel
	CauseUnknown = "unknown" // nobody knows whether a post is out; of a post
	CauseThread  = "thread"  // the thread of a discussion does not start; of a channel
	CauseListing = "listing" // a thread cannot be read; of a discussion
	CauseFeed    = "feed"    // of a feed
	CauseRecap   = "recap"   // a recap cannot be written; of a discussion
	CauseHeld    = "held"    // nobody answered a draft; of a channel
	CausePaused  = "paused"  // the times of a schedule do not come again; of a schedule
	CauseChannel = "channel" // what a check of a channel found; of a channel
	CauseLost    = "lost"    // a channel is gone or closed to us; of a channel
	CauseEnded   = "ended"   // a discussion ended because its thread is; of a discussion
	CauseWriter  = "writer"  // a model cannot be asked; of the model, for the operator
	CauseNotice  = "notice"  // a notice cannot be delivered; of where it goes. Nobody is told, or that would fail too
)

// failsLong is how long something that is tried again and again may fail before
// that is trouble.
const failsLong = time.Hour

// A cause says how people hear of one kind of trouble.
type cause struct {
	one, many string        // what is wrong; many has one %d
	fix       string        // what to do
	gather    time.Duration // how long to wait for more of it before the first notice
	again     time.Duration // after a notice, how long until it is told again, if it happened again
	fades     bool          // when it passes before anybody was told, nobody need know
	stays     bool          // it goes on until it is over; the others are forgotten after a week
	over      string        // that it works again
}

// ForgetAfter is how long after it happened last a trouble that nothing ends is
// kept.
const ForgetAfter = 7 * oneDay

var causes = map[string]cause{
	CauseMissed: {one: "In 1 channel, what was due was not posted in time.", many: "In %d channels, what was due was not posted in time.",
		fix:    "keep 'colloquy serve' running. What was missed is not made up for; " + CommandPrefix + " now posts an article at once, and " + CommandPrefix + " why says more.",
		gather: time.Minute, again: oneDay, over: "what is due is carried out again"},
	CauseFailed: {one: "In 1 channel, a discussion could not be posted.", many: "In %d channels, discussions could not be posted.",
		fix:    CommandPrefix + " why in the channel says why; " + CommandPrefix + " now tries an article again.",
		gather: time.Minute, again: oneDay, over: "posting works again"},
	CauseRefused: {one: "In 1 channel, a post was refused for good.", many: "In %d channels, posts were refused for good.",
		fix:    "give Colloquy the right to write there. What was refused is not tried again; " + CommandPrefix + " now posts an article at once.",
		gather: time.Minute, again: oneDay, over: "posting works again"},
	CauseUnknown: {one: "Nobody knows whether 1 post is out.", many: "Nobody knows whether %d posts are out.",
		fix:    "look in the channel. It is not sent again by itself.",
		gather: time.Minute, again: oneDay, over: "it is known"},
	CauseThread: {one: "In 1 channel, the thread of a discussion does not start.", many: "In %d channels, the threads of discussions do not start.",
		fix:    "give Colloquy the right to start threads there. After a day, or when it is refused for good, the questions go to the channel.",
		gather: time.Minute, again: oneDay, over: "threads start again"},
	CauseListing: {one: "1 thread cannot be read: replies may be missing from it.", many: "%d threads cannot be read: replies may be missing from them.",
		fix:    "give Colloquy the right to read what was written there. It is tried again until the recap is due, and what is found then counts.",
		gather: time.Minute, again: 7 * oneDay, fades: true, over: "it was read, and is complete"},
	CauseFeed: {one: "1 feed cannot be read.", many: "%d feeds cannot be read.",
		fix:    CommandPrefix + " feed test ID reads one again; take it off with " + CommandPrefix + " feed remove ID if it is gone.",
		gather: 15 * time.Minute, again: 7 * oneDay, fades: true, stays: true, over: "it is read again"},
	CauseRecap: {one: "1 recap cannot be written.", many: "%d recaps cannot be written.",
		fix:    "the log has the detail. It is tried for two days; then the discussion closes without.",
		gather: time.Minute, again: 7 * oneDay, over: "it is written"},
	CauseHeld: {one: "In 1 channel, a draft is held: nobody answered it.", many: "In %d channels, drafts are held: nobody answered them.",
		fix:    "answer it where it was shown; " + CommandPrefix + " draft post posts it now.",
		gather: time.Minute, again: oneDay, over: "posting goes on"},
	CausePaused: {one: "1 schedule is paused, because its times do not come again.", many: "%d schedules are paused, because their times do not come again.",
		fix:    "give it other times with " + CommandPrefix + " schedule change, then " + CommandPrefix + " schedule resume.",
		gather: time.Minute, again: 7 * oneDay, fades: true, stays: true, over: "it goes on"},
	CauseChannel: {one: "In 1 channel, posts will not go out as they should.", many: "In %d channels, posts will not go out as they should.",
		gather: time.Minute, again: 7 * oneDay, fades: true, stays: true, over: "all is well"},
	CauseLost: {one: "1 channel is gone, or closed to Colloquy.", many: "%d channels are gone, or closed to Colloquy.",
		fix:    "nothing is posted there until you say so. Let Colloquy see the channel, write and start threads in it; then " + CommandPrefix + " schedule resume ID goes on with a schedule, and " + CommandPrefix + " reopen ID with a discussion that ended.",
		gather: time.Minute, again: oneDay, over: "posting works again"},
	CauseEnded: {one: "1 discussion ended, because Colloquy has no access to it any more.", many: "%d discussions ended, because Colloquy has no access to them any more.",
		fix:    "what was said until then is kept, and no recap is posted. Once Colloquy can read and write there again, " + CommandPrefix + " reopen ID goes on with it.",
		gather: time.Minute, again: oneDay, over: "it can be read again"},
	CauseWriter: {one: "The language model cannot be asked: the extractive writer takes its place.", many: "%d language models cannot be asked: the extractive writer takes their place.",
		fix:    "'colloquy doctor' says whether the key and the model are good. The model is asked again by itself.",
		gather: 15 * time.Minute, again: oneDay, fades: true, stays: true, over: "it writes again"},
	CauseNotice: {one: "Notices do not arrive.", many: "Notices do not arrive at %d places.",
		fix:   "name another place with " + CommandPrefix + " settings, or under notices in the configuration file.",
		fades: true},
}

// trouble notes that something fails; its owner will hear of it. What fails is
// never made worse by a note that cannot be written.
func (e *Engine) trouble(ctx context.Context, t Trouble) {
	now := e.now()
	e.log.WarnContext(ctx, "trouble", "cause", t.Cause, "subject", t.Subject)
	if err := e.store.NoteTrouble(ctx, t.at(now)); err != nil {
		e.log.WarnContext(ctx, "trouble not noted", "cause", t.Cause, "subject", t.Subject, "err", err)
	}
}

// at makes a trouble happen, with texts that are safe to show and not too long.
func (t Trouble) at(now time.Time) Trouble {
	t.Name, t.Text, t.Fix = clip(t.Name, 120), clip(t.Text, 300), clip(t.Fix, 300)
	t.Since, t.Last = now, now
	return t
}

// Due is when a notice is to speak of a trouble that nobody heard of: a little
// later, so that it speaks of others too. It is zero when nobody is to be told.
func (t Trouble) Due() time.Time {
	if t.Cause == CauseNotice {
		return time.Time{}
	}
	return t.Last.Add(causes[t.Cause].gather)
}

// recovered notes that what failed for these causes works.
func (e *Engine) recovered(ctx context.Context, subject string, of ...string) {
	open, err := e.store.TroublesOf(ctx, subject)
	for _, t := range open {
		if err == nil && slices.Contains(of, t.Cause) {
			err = e.store.EndTrouble(ctx, t, causes[t.Cause].fades, e.now())
		}
	}
	if err != nil {
		e.log.WarnContext(ctx, "recovery not noted", "subject", subject, "err", err)
	}
}

// channelTrouble is a trouble of a channel.
func channelTrouble(ch Channel, cause, format string, args ...any) Trouble {
	name := ch.Parent().String()
	return Trouble{Platform: ch.Platform, Workspace: ch.Workspace, Cause: cause, Subject: name, Name: name, Text: fmt.Sprintf(format, args...)}
}

// discussionTrouble is a trouble of a discussion.
func discussionTrouble(d Discussion, cause, format string, args ...any) Trouble {
	return Trouble{Platform: d.Channel.Platform, Workspace: d.Channel.Workspace, Cause: cause, Subject: string(d.ID),
		Name: fmt.Sprintf("%s in %s", quoted(d.Title), d.Channel), Text: fmt.Sprintf(format, args...)}
}

// quoted is a title in the middle of a sentence.
func quoted(title string) string { return "“" + clip(title, 80) + "”" }

// occurrenceTrouble notes what it means that an occurrence ended without a
// post. What the operator asked for by hand was answered where they asked.
func (e *Engine) occurrenceTrouble(ctx context.Context, o Occurrence, outcome, reason string) {
	switch {
	case outcome == OutcomeNothingNew:
		e.recovered(ctx, o.Channel.Parent().String(), CauseMissed)
	case outcome == OutcomeMissed:
		e.trouble(ctx, channelTrouble(o.Channel, CauseMissed, "due %s: %s", e.stamp(ctx, o.Channel, o.DueAt), reason))
	case outcome == OutcomeHeld:
		e.trouble(ctx, channelTrouble(o.Channel, CauseHeld, "%s", reason))
	case outcome == OutcomeFailed && o.Request.By != Operator.ID: // its reason may repeat what somebody typed
		e.trouble(ctx, channelTrouble(o.Channel, CauseFailed, "what was asked for %s could not be read", e.stamp(ctx, o.Channel, o.DueAt)))
	}
}

// postTrouble notes that a post was given up. That a notice was given up is
// told to nobody: the next would fail like it.
func (e *Engine) postTrouble(ctx context.Context, d Discussion, p Post, why error) {
	ch := postChannel(d, p)
	cause := CauseFailed
	switch {
	case p.Kind == PostNotice:
		cause = CauseNotice
	case ReasonCode(why) == "late":
		cause = CauseMissed
	case IsPermanent(why):
		cause = CauseRefused
	}
	e.trouble(ctx, channelTrouble(ch, cause, "%s: %s", p.describe(d), Explain(why)))
}

// unknownTrouble notes that nobody knows whether a post is out.
func (e *Engine) unknownTrouble(ctx context.Context, d Discussion, p Post, why string) {
	if p.Kind == PostNotice || p.Kind == PostWelcome {
		return
	}
	t := channelTrouble(postChannel(d, p), CauseUnknown, "%s", why)
	t.Subject, t.Name = string(p.ID), p.describe(d)+" in "+t.Name
	e.trouble(ctx, t)
}

// describe names a post for people; d is zero for one without a discussion.
func (p Post) describe(d Discussion) string {
	of := ""
	if d.Title != "" {
		of = " of " + quoted(d.Title)
	}
	switch p.Kind {
	case PostRoot:
		return "the discussion" + of
	case PostQuestion:
		return fmt.Sprintf("question %d%s", p.Question, of)
	case PostNote, PostWithdrawal:
		return "a note in the thread" + of
	case PostAnswer:
		return "an answer in the thread" + of
	}
	return "the " + p.Kind + of
}

// claimTroubles are those of a schedule that fell due.
func claimTroubles(s Schedule, c Claim, now time.Time) []Trouble {
	var out []Trouble
	if n := len(c.Missed) + c.Older; n > 0 {
		last := c.OlderUntil
		if len(c.Missed) > 0 {
			last = c.Missed[len(c.Missed)-1]
		}
		out = append(out, channelTrouble(s.Channel, CauseMissed, "%s not posted, the last due %s: %s",
			plural(n, "discussion was", "discussions were"), InZone(last, s.Zone), cmp.Or(c.LatestWhy, "nothing was running then, or it was too late")).at(now))
	}
	if c.Next.IsZero() {
		t := channelTrouble(s.Channel, CausePaused, "%s", c.Reason)
		t.Subject, t.Name = string(s.ID), strings.TrimSpace("schedule "+s.ID.Short()+" "+s.Name)+" in "+t.Name
		out = append(out, t.at(now))
	}
	return out
}

// troubleLines say how much is wrong, and what came last.
func troubleLines(newest []Trouble) []string {
	if len(newest) == 0 {
		return nil
	}
	text, fix := DescribeTrouble(newest[0])
	head := "1 trouble: "
	if n := len(newest); n > 1 {
		head = fmt.Sprintf("%d troubles, the newest: ", n)
	}
	return []string{head + text, "What to do: " + fix}
}
