package console

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

const chatHelp = `Type a line to reply; begin with @2 to answer question 2.
/as NAME          speak as somebody else
/edit ID TEXT     change a message of yours; ID is the end of its id
/delete ID        remove a message of yours, or the post that began a discussion
/react ID EMOJI   react to a message; ⛔ keeps it out of the recap
/discuss help     what Colloquy can do
`

// chat carries out what any chat program can do, on the file.
func (c *Console) chat(ctx context.Context, h bot.Handler, ch bot.Channel, verb, rest string) {
	id, more, _ := strings.Cut(rest, " ")
	more = strings.TrimSpace(more)
	var err error
	switch {
	case verb == "/help":
		c.say(chatHelp)
	case verb == "/as" && rest != "":
		name := text.Truncate(text.Inline(rest), 60)
		c.speaker[ch.ID] = name
		c.say("you speak as " + text.Isolate(name) + "\n")
	case verb == "/edit" && id != "" && more != "":
		err = c.edit(ctx, h, ch, id, more)
	case verb == "/delete" && id != "":
		err = c.remove(ctx, h, ch, id)
	case verb == "/react" && id != "" && more != "":
		err = c.react(ctx, h, ch, id, more)
	default:
		err = bot.Problemf("bad_usage", "%s is not known here, or something is missing; /help lists what can be typed", text.Truncate(verb, 30))
	}
	if err != nil {
		c.say("not done: " + bot.Explain(err) + "\n")
	}
}

func (c *Console) edit(ctx context.Context, h bot.Handler, ch bot.Channel, id, words string) error {
	r, err := c.message(ctx, ch, id, true)
	if err != nil {
		return err
	}
	now := c.o.Clock()
	r.Text, r.edited, r.Version = words, now.UTC(), max(now.UnixMicro(), r.Version+1)
	if err := c.about(ctx, ch, r, record{Kind: kindEdit, Text: words, Version: r.Version}); err != nil {
		return err
	}
	c.changed(ctx, h, r.as(ch))
	return nil
}

func (c *Console) remove(ctx context.Context, h bot.Handler, ch bot.Channel, id string) error {
	r, err := c.message(ctx, ch, id, true)
	if err != nil {
		if root, rerr := c.root(ctx, ch, id); rerr == nil {
			r, err = root, nil
		}
	}
	if err != nil {
		return err
	}
	if err := c.about(ctx, ch, r, record{Kind: kindDelete}); err != nil {
		return err
	}
	ref := r.as(ch).Ref
	if err := c.handOver(ctx, func() error { return h.ReplyRemoved(ctx, ref) }); err != nil {
		return errors.Join(bot.Problemf("not_stored", "it is gone from the channel, and the record will follow when the thread is listed"), err)
	}
	c.say("removed " + r.ID + "\n")
	return nil
}

// root finds the one root post of a channel whose id ends like that. Here, too,
// everybody may manage.
func (c *Console) root(ctx context.Context, ch bot.Channel, ending string) (*reply, error) {
	_, posts, err := c.files.replies(ctx, ch.ID)
	if err != nil {
		return nil, err
	}
	var found []*reply
	for id, p := range posts {
		if p.root && p.there && strings.HasSuffix(id, ending) {
			found = append(found, &reply{record: record{ID: id}})
		}
	}
	if len(found) != 1 {
		return nil, bot.Problemf("no_message", "%d posts here have an id that ends in %.40q", len(found), ending)
	}
	return found[0], nil
}

func (c *Console) react(ctx context.Context, h bot.Handler, ch bot.Channel, id, emoji string) error {
	r, err := c.message(ctx, ch, id, false)
	if err != nil {
		return err
	}
	if err := c.about(ctx, ch, r, record{Kind: kindReact, Text: text.Truncate(emoji, 32)}); err != nil {
		return err
	}
	c.say("reacted to " + r.ID + "\n")
	if emoji == bot.ExcludeEmoji {
		c.ask(ctx, h, ch, bot.Command{Name: "exclude", Ref: r.as(ch).Ref})
	}
	return nil
}

// about appends a line that is about an earlier reply.
func (c *Console) about(ctx context.Context, ch bot.Channel, r *reply, rec record) error {
	now := c.o.Clock()
	rec.ID, rec.At, rec.Thread, rec.Ref, rec.Author = string(bot.NewID(now)), now.UTC(), r.Thread, r.ID, c.speaks(ch.ID)
	_, err := c.files.append(ctx, ch.ID, rec)
	return err
}

// message finds the one reply of a channel whose id ends like that.
func (c *Console) message(ctx context.Context, ch bot.Channel, ending string, own bool) (*reply, error) {
	list, _, err := c.files.replies(ctx, ch.ID)
	if err != nil {
		return nil, fmt.Errorf("find a message in %s: %w", ch, err)
	}
	var found []*reply
	for _, r := range list {
		if !r.deleted && strings.HasSuffix(r.ID, ending) && (!own || person(r.Author).ID == person(c.speaks(ch.ID)).ID) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 0:
		whose := "here"
		if own {
			whose = "of yours here"
		}
		return nil, bot.Problemf("no_message", "no message %s has an id that ends in %.40q; the id is shown when a line is recorded", whose, ending)
	case 1:
		return found[0], nil
	}
	return nil, bot.Problemf("many_messages", "%d messages here end in %.40q; write more of the id", len(found), ending)
}
