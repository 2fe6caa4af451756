package bot

import (
	"context"
	"slices"
	"strings"
	"time"
)

// LostChannel begins the reason of schedules that are paused because nothing
// can be posted in their channel.
const LostChannel = "its channel cannot be used: "

// unreachable reports whether an error that is for good means that nothing can
// be read or written there any more. These are the codes that adapters give.
func unreachable(err error) bool {
	return slices.Contains([]string{"channel_gone", "no_access", "guild_gone"}, ReasonCode(err))
}

// forbidden reports whether an error that is for good means that one thing is
// not allowed there: others may be.
func forbidden(err error) bool { return ReasonCode(err) == "no_permission" }

// A Loss is a channel or a thread that is of no use to us any more.
type Loss struct {
	Channel Channel // with a thread: that alone
	Reason  string
	Ends    []Ending // discussions that end because of it
	Pauses  string   // why the schedules of the channel pause; empty: they do not
	Silent  bool     // nobody knows since when nothing was heard there
	Trouble Trouble  // of the channel, if something of it ended or paused; zero: none
	Told    bool     // noted in any case
	Audit   Audit    // the same
}

// An Ending is what becomes of a discussion that we lost access to.
type Ending struct {
	ID      ID
	EraseAt time.Time
	SweepAt time.Time // when it is looked whether it can be read again; zero: never
	Trouble Trouble   // zero: none
}

// ChannelLost ends what cannot go on in a channel, or only a thread, that is
// gone or closed to us; see [Handler]. What may be read still goes on being
// recorded. That the thread of one question is lost ends nothing.
func (e *Engine) ChannelLost(ctx context.Context, ch Channel, why error) error {
	if ch.Thread == "" || !forbidden(why) {
		return e.loseChannel(ctx, ch, why, false)
	}
	open, err := e.store.Recording(ctx, ch)
	for _, d := range open {
		e.trouble(ctx, discussionTrouble(d, CauseListing, "%s", Explain(why)))
	}
	return err
}

// loseChannel ends the open discussions of a channel, or only of a thread, that is
// lost, and pauses the schedules of the channel. Where only writing is
// forbidden, nothing ends. Those who decide hear of it once: when something
// ended or paused, or always.
func (e *Engine) loseChannel(ctx context.Context, ch Channel, why error, always bool) error {
	v, err := e.voice(ctx, ch)
	if err != nil {
		return err
	}
	now, whole := e.now(), ch.Thread == ""
	loss := Loss{Channel: ch, Reason: clip(Explain(why), 300), Told: always, Silent: ReasonCode(why) == "no_access"}
	loss.Audit = e.audit(platformItself, "channel_lost", ch.String(), ReasonCode(why)).In(ch)
	if whole {
		loss.Pauses = LostChannel + loss.Reason
		loss.Trouble = channelTrouble(ch, CauseLost, "%s", loss.Reason).at(now)
	}
	var open []Discussion
	if !forbidden(why) {
		if open, err = e.store.Recording(ctx, ch); err != nil {
			return err
		}
	}
	for _, d := range open {
		if !whole && d.Channel != ch {
			continue // only one of its questions is gone
		}
		end := Ending{ID: d.ID, EraseAt: now.Add(e.kept(d.Rules, v.preferences)), SweepAt: sweepLost(why, now)}
		if !whole {
			end.Trouble = discussionTrouble(d, CauseEnded, "%s", loss.Reason).at(now)
		}
		loss.Ends = append(loss.Ends, end)
	}
	ended, paused, err := e.store.Lose(ctx, loss, now)
	if ended+paused > 0 {
		e.log.WarnContext(ctx, "channel lost", "channel", ch.String(), "code", ReasonCode(why), "discussions", ended, "schedules", paused)
	}
	return err
}

// dropLost gives up a post for which there is no place any more, and what
// cannot go on without it.
func (e *Engine) dropLost(ctx context.Context, l Lease, d Discussion, p Post, why error) error {
	if p.Kind == PostRoot {
		// The loss first: when we are cut off, the root is looked up and leads here again.
		if err := e.loseChannel(ctx, d.Channel.Parent(), why, true); err != nil {
			return err
		}
		return e.store.FailDiscussion(ctx, l, d, p.ID, OutcomeFailed, Explain(why), e.now())
	}
	if err := e.store.EndPost(ctx, l, p.ID, PostDropped, Explain(why), e.now()); err != nil {
		return err
	}
	return e.loseChannel(ctx, d.Channel, why, false)
}

// redirect puts what is refused in the thread of a question, which may be deleted,
// into that of its discussion. done is false for any other post.
func (e *Engine) redirect(ctx context.Context, l Lease, d Discussion, p Post, why error) (done bool, err error) {
	if p.DiscussionID == "" || p.Kind == PostRoot || postChannel(d, p) == d.Channel || !IsPermanent(why) {
		return false, nil
	}
	other := newPost(e.now(), Post{DiscussionID: d.ID, Seq: atEnd, Kind: p.Kind, About: p.About})
	return true, e.store.RedirectPost(ctx, l, p.ID, Explain(why), other, e.now())
}

// loseUnknown ends a post whose fate nobody will know, because its place is gone.
func (e *Engine) loseUnknown(ctx context.Context, l Lease, d Discussion, p Post, why error) error {
	if err := e.loseChannel(ctx, postChannel(d, p), why, p.Kind == PostRoot); err != nil {
		return err
	}
	return e.store.EndPost(ctx, l, p.ID, PostUnknown, Explain(why), e.now())
}

// dropAlone gives up a post without a discussion whose loss is no trouble: a
// welcome that is not wanted, or a notice that another place can take.
func (e *Engine) dropAlone(ctx context.Context, l Lease, p Post, why error) (done bool, err error) {
	switch {
	case p.Kind == PostWelcome:
		return true, e.store.EndPost(ctx, l, p.ID, PostDropped, Explain(why), e.now())
	case p.Kind != PostNotice || !IsPermanent(why) || strings.HasPrefix(p.Ref.ID, personMark):
		return false, nil
	}
	i, err := e.store.Installation(ctx, p.Ref.Platform, p.Ref.Workspace)
	if err != nil || i.Notices != p.Ref.Channel.String() {
		return false, err
	}
	i.Notices = ""
	to, ok := e.ownPlace(ctx, i)
	if !ok {
		return false, nil
	}
	e.trouble(ctx, channelTrouble(p.Ref.Channel, CauseNotice, "%s: %s", p.describe(Discussion{}), Explain(why)))
	other := newPost(e.now(), Post{Kind: PostNotice, Ref: MessageRef{Channel: to}, Body: p.Body})
	return true, e.store.RedirectPost(ctx, l, p.ID, Explain(why), other, e.now())
}
