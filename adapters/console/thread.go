package console

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"colloquy/bot"
)

// A reply is somebody's message with all that happened to it.
type reply struct {
	record
	edited    time.Time
	deleted   bool
	reactions map[[2]string]bool // by emoji and who set it
}

// A post is a message of ours.
type post struct {
	root  bool // replies can be about it
	there bool // it was not removed
}

// replies folds the lines of a channel into its replies, oldest first, and our
// posts by their ids.
func (f *files) replies(ctx context.Context, name string) (list []*reply, posts map[string]post, err error) {
	byID := map[string]*reply{}
	posts = map[string]post{}
	for rec, err := range f.read(ctx, name) {
		if err != nil {
			return nil, nil, err
		}
		r := byID[rec.Ref]
		switch {
		case rec.Kind == kindPost:
			posts[rec.ID] = post{rec.Thread == "", true}
		case rec.Kind == kindReply:
			r = &reply{record: rec, reactions: map[[2]string]bool{}}
			byID[rec.ID], list = r, append(list, r)
		case rec.Kind == kindDelete && posts[rec.Ref].there:
			posts[rec.Ref] = post{posts[rec.Ref].root, false}
		case r == nil:
		case rec.Kind == kindEdit && rec.Version > r.Version:
			r.Text, r.Version, r.edited = rec.Text, rec.Version, rec.At
		case rec.Kind == kindDelete:
			r.deleted = true
		case rec.Kind == kindReact:
			r.reactions[[2]string{rec.Text, rec.Author}] = true
		}
	}
	return list, posts, nil
}

// as gives the reply as the engine knows it.
func (r *reply) as(ch bot.Channel) bot.Reply {
	ch.Thread = r.Thread
	return bot.Reply{
		Ref:       bot.MessageRef{Channel: ch, MessageID: r.ID},
		Author:    person(r.Author),
		Text:      r.Text,
		Version:   r.Version,
		CreatedAt: r.At,
		EditedAt:  r.edited,
	}
}

// counts are never nil, so that reactions which were taken back are forgotten.
func (r *reply) counts() []bot.Reaction {
	perKey := map[string]int{}
	for who := range r.reactions {
		perKey[who[0]]++
	}
	list := []bot.Reaction{}
	for key, n := range perKey {
		list = append(list, bot.Reaction{Key: key, Count: n})
	}
	slices.SortFunc(list, func(a, b bot.Reaction) int { return strings.Compare(a.Key, b.Key) })
	return list
}

// Reconcile lists the replies of a thread and the removals among the known
// messages, posts of ours included. A file that lacks the thread's root is not the one that we wrote: it
// was moved away or replaced, and nothing is inferred from it.
func (c *Console) Reconcile(ctx context.Context, thread bot.Channel, known []bot.MessageRef) iter.Seq2[bot.Change, error] {
	return func(yield func(bot.Change, error) bool) {
		list, posts, err := c.files.replies(ctx, thread.ID)
		root, rootKnown := posts[thread.Thread]
		if err == nil && !rootKnown {
			err = bot.Problemf("console_file", "the file of %s lacks this discussion; put the file back that was there", thread)
		}
		if err != nil {
			yield(bot.Change{}, fmt.Errorf("list %s: %w", thread, err))
			return
		}
		if ref := (bot.MessageRef{Channel: thread.Parent(), MessageID: thread.Thread}); !root.there && !yield(bot.Change{Removed: ref}, nil) {
			return
		}
		there := map[string]bool{}
		for _, r := range list {
			if r.deleted || r.Thread != thread.Thread {
				continue
			}
			there[r.ID] = true
			change := bot.Change{Reply: r.as(thread)}
			change.Reply.Reactions = r.counts()
			if !yield(change, nil) {
				return
			}
		}
		for _, ref := range known {
			if !there[ref.MessageID] && !posts[ref.MessageID].there && !yield(bot.Change{Removed: ref}, nil) {
				return
			}
		}
	}
}

// newestThread is the root of the newest discussion in a channel, empty if
// there is none: the newest root that is there and has a title, since notices
// have none.
func (f *files) newestThread(ctx context.Context, name string) (string, error) {
	var roots, titled []string
	for rec, err := range f.read(ctx, name) {
		switch {
		case err != nil:
			return "", err
		case rec.Kind == kindDelete:
			is := func(id string) bool { return id == rec.Ref }
			roots, titled = slices.DeleteFunc(roots, is), slices.DeleteFunc(titled, is)
		case rec.Kind != kindPost || rec.Thread != "":
		case rec.Message != nil && rec.Message.Title != "":
			titled = append(titled, rec.ID)
		default:
			roots = append(roots, rec.ID)
		}
	}
	if all := append(roots, titled...); len(all) > 0 {
		return all[len(all)-1], nil
	}
	return "", nil
}
