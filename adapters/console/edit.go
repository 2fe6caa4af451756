package console

import (
	"context"
	"fmt"

	"colloquy/bot"
)

// Edit appends what a post of ours says now, and shows it.
func (c *Console) Edit(ctx context.Context, ref bot.MessageRef, m bot.Message) error {
	rec := record{Kind: kindEdit, Thread: ref.Thread, Ref: ref.MessageID, Message: &m}
	if err := c.change(ctx, ref, rec); err != nil {
		return err
	}
	c.show(ref.ID, c.style().dim("changed:")+"\n"+renderMessage(m, c.style()))
	return nil
}

// Delete notes that a post of ours is gone. What stands on the terminal stays.
func (c *Console) Delete(ctx context.Context, ref bot.MessageRef) error {
	there := ""
	for rec, err := range c.files.read(ctx, ref.ID) {
		switch {
		case err != nil:
			return fmt.Errorf("remove a post in %s: %w", ref.Channel, err)
		case rec.ID == ref.MessageID:
			there = rec.ID
		case rec.Kind == kindDelete && rec.Ref == ref.MessageID:
			return nil
		}
	}
	if there == "" {
		return nil
	}
	if err := c.change(ctx, ref, record{Kind: kindDelete, Thread: ref.Thread, Ref: ref.MessageID}); err != nil {
		return err
	}
	line := "removed " + bot.ID(there).Short()
	if c.o.Prefix {
		line = "#" + ref.ID + " " + line
	}
	c.say(c.style().dim(line) + "\n")
	return nil
}

// change appends a line about a post of ours.
func (c *Console) change(ctx context.Context, ref bot.MessageRef, rec record) error {
	now := c.o.Clock()
	rec.ID, rec.At = string(bot.NewID(now)), now.UTC()
	if _, err := c.files.append(ctx, ref.ID, rec); err != nil {
		return fmt.Errorf("change a post in %s: %w", ref.Channel, err)
	}
	return nil
}
