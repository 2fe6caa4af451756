package console

import (
	"context"
	"fmt"
	"strings"
	"time"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// Run reads what people type. Each line is a reply in the newest discussion of
// its channel, or one of the commands that "/help" lists. It ends with ctx,
// and, unless there is a Prefix, with the input.
func (c *Console) Run(ctx context.Context, h bot.Handler) error {
	if err := c.handOver(ctx, func() error { return h.Connected(ctx, Platform, true) }); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("console cannot begin: %w", err)
	}
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if err := h.Connected(last, Platform, false); err != nil {
			c.o.Log.Warn("end of the console not noted", "err", err)
		}
	}()
	if c.o.Start != nil {
		select {
		case <-ctx.Done():
			return nil
		case <-c.o.Start:
		}
	}
	var lines <-chan typedLine
	if c.o.In != nil {
		var stop func()
		lines, stop = readLines(c.o.In)
		defer stop()
	} else if !c.o.Prefix {
		return nil
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case line, ok := <-lines:
			if ok {
				c.typed(ctx, h, line)
				continue
			}
			if !c.o.Prefix {
				return nil
			}
			lines = nil // the input has ended; what is posted still appears
		}
	}
}

// handOver repeats f a few times, while ctx lives, until it succeeds.
func (c *Console) handOver(ctx context.Context, f func() error) error {
	err := f()
	for _, wait := range c.waits {
		if err == nil || ctx.Err() != nil {
			return err
		}
		c.o.Log.Warn("event not taken, trying again", "err", err)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
		err = f()
	}
	return err
}

// typed takes one line.
func (c *Console) typed(ctx context.Context, h bot.Handler, line typedLine) {
	if line.cut {
		c.say(fmt.Sprintf("the line was longer than %d KiB; the rest of it was left out\n", longestLine>>10))
	}
	channel, words := c.o.Channel, strings.TrimSpace(text.Clean(line.text))
	if words == "" {
		return
	}
	if c.o.Prefix {
		name, rest, _ := strings.Cut(words, " ")
		if !strings.HasPrefix(name, "#") {
			c.say("not recorded: no channel; write #NAME and then the text\n")
			return
		}
		channel, words = name[1:], strings.TrimSpace(rest)
	}
	if _, err := c.files.path(channel); err != nil {
		c.say("not recorded: " + bot.Explain(err) + "\n")
		return
	}
	ch := bot.Channel{Platform: Platform, ID: channel}
	switch verb, rest, _ := strings.Cut(words, " "); {
	case words == "":
		c.say("not recorded: nothing to say; write #" + channel + " and then the text\n")
	case verb == bot.CommandPrefix:
		c.command(ctx, h, ch, words)
	case strings.HasPrefix(verb, "/"):
		c.chat(ctx, h, ch, verb, strings.TrimSpace(rest))
	default:
		c.reply(ctx, h, ch, words)
	}
}

func (c *Console) speaks(channel string) string {
	if name := c.speaker[channel]; name != "" {
		return name
	}
	return c.o.User
}

// command hands "/discuss …" over; the newest discussion is where it was typed.
func (c *Console) command(ctx context.Context, h bot.Handler, ch bot.Channel, line string) {
	name, args, err := c.o.Parse(line)
	if err != nil {
		c.say(bot.Explain(err) + "\n")
		return
	}
	c.ask(ctx, h, ch, bot.Command{Name: name, Args: args})
}

// ask hands a command over and shows the answer.
func (c *Console) ask(ctx context.Context, h bot.Handler, ch bot.Channel, cmd bot.Command) {
	var err error
	if ch.Thread, err = c.files.newestThread(ctx, ch.ID); err != nil {
		c.o.Log.Warn("newest discussion not found", "channel", ch.ID, "err", err)
	}
	cmd.ID, cmd.Channel = string(bot.NewID(c.o.Clock())), ch
	cmd.Actor = bot.Actor{Person: person(c.speaks(ch.ID)), Manager: true}
	answer, err := h.Command(ctx, cmd)
	if err != nil {
		c.o.Log.Warn("command failed", "command", cmd.Name, "err", err)
		c.say(bot.Explain(err) + "\n")
		return
	}
	c.show(ch.ID, renderAnswer(answer, c.style()))
}

// reply writes a line to the file and then hands it over.
func (c *Console) reply(ctx context.Context, h bot.Handler, ch bot.Channel, words string) {
	thread, err := c.files.newestThread(ctx, ch.ID)
	if err != nil {
		c.say("not recorded: " + bot.Explain(err) + "\n")
		return
	}
	now := c.o.Clock()
	r := &reply{record: record{ID: string(bot.NewID(now)), At: now.UTC(), Kind: kindReply, Thread: thread,
		Author: c.speaks(ch.ID), Text: words, Version: now.UnixMicro()}}
	if _, err := c.files.append(ctx, ch.ID, r.record); err != nil {
		c.say("not recorded: " + bot.Explain(err) + "\n")
		return
	}
	if c.o.Echo {
		c.say(renderReply(r.Author, words, c.style()))
	}
	if thread == "" {
		c.say("not recorded: no discussion is open in #" + ch.ID + "; " + bot.CommandPrefix + " now begins one\n")
		return
	}
	c.changed(ctx, h, r.as(ch))
}

// changed hands a reply over and says what became of it.
func (c *Console) changed(ctx context.Context, h bot.Handler, r bot.Reply) {
	recorded := false
	err := c.handOver(ctx, func() (err error) {
		recorded, err = h.ReplyChanged(ctx, r)
		return err
	})
	switch {
	case err != nil:
		c.o.Log.Error("reply not taken", "message", r.Ref.MessageID, "err", err)
		c.say("not recorded: storing it failed; it is in the channel and will be found when the thread is listed\n")
	case !recorded:
		c.say("not recorded: no discussion here takes it any more, or you opted out\n")
	case c.o.Prefix:
		c.say("recorded " + r.Ref.MessageID + "\n")
	default:
		c.say(c.style().dim("recorded "+bot.ID(r.Ref.MessageID).Short()) + "\n")
	}
}
