// Package console is a chat in the terminal that needs no account. A channel is
// an append-only file, NAME.jsonl in the folder of the adapter, which any
// number of processes may write to at the same time; the terminal is its view.
//
// A line of a file is one [record]: a post of ours, somebody's reply, or an
// edit, a removal or a reaction that is about an earlier line. It is written by
// one Write under an exclusive lock and synced before anybody is told of it. A
// line that a crash cut off never counts: readers stop before it, and the next
// writer marks it as torn. A removed reply keeps its words in the file, as a
// terminal keeps them on the screen; remove the file to be rid of both.
package console

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// Platform is what the console is called in channels ("console:NAME"), and also
// the scope that it reports to [bot.Handler.Connected].
const Platform = "console"

var (
	_ bot.Adapter    = (*Console)(nil)
	_ bot.Finder     = (*Console)(nil)
	_ bot.Reconciler = (*Console)(nil)
	_ bot.Doctor     = (*Console)(nil)
	_ bot.Editor     = (*Console)(nil)
	_ bot.Director   = (*Console)(nil)
)

// Options say where a console reads and writes. Only Dir is required.
type Options struct {
	Dir string    // of the channels' files; made when first needed
	In  io.Reader // what people type; nil: nothing. Run closes an io.Closer when its context ends
	Out io.Writer // what people see; nil: nothing

	Echo  bool // replies are shown too: for an input that is no terminal
	Color bool // with ANSI colours
	Width int  // columns; 0 means 80, and more than 100 are not used

	User    string // who speaks at first; empty means "you"
	Channel string // the channel of every typed line, unless Prefix
	Prefix  bool   // a line is "#NAME text", and Run goes on after the end of input

	Start <-chan struct{} // input is read only once it is closed; nil: at once
	Clock bot.Clock       // nil means time.Now
	Log   *slog.Logger    // nil: nothing is logged
	// Parse reads "/discuss …"; nil means bot.ParseCommand.
	Parse func(line string) (name string, args map[string]string, err error)
}

// A Console is the adapter. Its methods may be called at the same time.
type Console struct {
	o     Options
	files files
	waits []time.Duration // between attempts to hand over an event

	out     sync.Mutex
	speaker map[string]string // by channel, of Run's goroutine alone
}

// New makes a console. Nothing is opened before it is used.
func New(o Options) *Console {
	if o.Out == nil {
		o.Out = io.Discard
	}
	if o.Width <= 0 {
		o.Width = 80
	}
	o.Width = min(o.Width, 100)
	if o.User == "" {
		o.User = "you"
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Parse == nil {
		o.Parse = bot.ParseCommand
	}
	return &Console{
		o:       o,
		files:   files{dir: o.Dir},
		waits:   []time.Duration{50 * time.Millisecond, 250 * time.Millisecond, time.Second, 3 * time.Second},
		speaker: map[string]string{},
	}
}

// Platform is "console".
func (c *Console) Platform() string { return Platform }

// Post appends m to the channel's file and then shows it. An error is marked by
// [bot.RetryAfter] unless the line may be in the file. That the terminal is gone
// is no error: the file is the channel.
func (c *Console) Post(ctx context.Context, ch bot.Channel, m bot.Message, key string) (bot.Posted, error) {
	now := c.o.Clock()
	rec := record{ID: string(bot.NewID(now)), At: now.UTC(), Kind: kindPost, Thread: ch.Thread, Key: key, Message: &m}
	if unwritten, err := c.files.append(ctx, ch.ID, rec); err != nil {
		err = fmt.Errorf("post to %s: %w", ch, err)
		switch {
		case bot.ReasonCode(err) == "bad_channel":
			return bot.Posted{}, bot.Permanent(err)
		case unwritten:
			return bot.Posted{}, bot.RetryAfter(30*time.Second, err)
		}
		return bot.Posted{}, err
	}
	c.show(ch.ID, renderMessage(m, c.style()))
	return postedAs(ch, rec), nil
}

func postedAs(ch bot.Channel, rec record) bot.Posted {
	p := bot.Posted{Ref: bot.MessageRef{Channel: ch, MessageID: rec.ID}, Thread: ch}
	p.Ref.Thread, p.Thread.Thread = rec.Thread, rec.Thread
	if rec.Thread == "" {
		p.Thread.Thread = rec.ID // replies name their root; nothing needs opening
	}
	return p
}

// FindPost reads the whole file of the channel, whatever since is. A channel
// without a file has no posts.
func (c *Console) FindPost(ctx context.Context, ch bot.Channel, key string, since time.Time) (bot.Posted, bool, error) {
	for rec, err := range c.files.read(ctx, ch.ID) {
		if err != nil {
			return bot.Posted{}, false, fmt.Errorf("look for a post in %s: %w", ch, err)
		}
		if rec.Kind == kindPost && rec.Key == key && key != "" {
			return postedAs(ch, rec), true, nil
		}
	}
	return bot.Posted{}, false, nil
}

// Direct gives the channel that stands for writing to one person: everybody can
// read it here.
func (c *Console) Direct(_ context.Context, p bot.Person) (bot.Channel, error) {
	ch := bot.Channel{Platform: Platform, ID: "dm-" + p.ID}
	if _, err := c.files.path(ch.ID); err != nil {
		return bot.Channel{}, bot.Permanent(fmt.Errorf("write to %s: %w", p, err))
	}
	return ch, nil
}

// Check finds out whether the channel's file can be read and written.
func (c *Console) Check(ctx context.Context, ch bot.Channel) []bot.Finding {
	folder := bot.Finding{Name: "folder", OK: true, Text: "messages can be written to " + c.o.Dir}
	if err := tryFolder(c.o.Dir); err != nil {
		folder = bot.Finding{Name: "folder", Text: fmt.Sprintf("the folder %s cannot be written: %v", c.o.Dir, err),
			Fix: "make it writable for this user, or choose another database file"}
	}
	count, err := 0, error(nil)
	for _, err = range c.files.read(ctx, ch.ID) {
		if err != nil {
			break
		}
		count++
	}
	file := bot.Finding{Name: "file", OK: true, Text: fmt.Sprintf("%s is readable: %d lines", ch, count)}
	if err != nil {
		file = bot.Finding{Name: "file", Text: fmt.Sprintf("%s cannot be read: %v", ch, err),
			Fix: "repair or remove its file in " + c.o.Dir}
	}
	return []bot.Finding{folder, file}
}

func tryFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".check-*")
	if err != nil {
		return err
	}
	_ = f.Close()
	return os.Remove(f.Name())
}

// person is who an author's name stands for. Its id can be typed: the name
// itself where that has only letters and digits, else made from it.
func person(name string) bot.Person {
	id := strings.ReplaceAll(name, " ", "-")
	if _, err := bot.ParsePerson(Platform+":"+id, Platform); err != nil || strings.Contains(id, "/") {
		id = hashedID(name)
	}
	return bot.Person{Platform: Platform, ID: id, Name: name}
}

// show writes a block, headed by its channel where there are several, as one
// Write. A failed one is logged and otherwise nothing: the file has it all.
func (c *Console) show(channel, block string) {
	if c.o.Prefix {
		block = c.style().dim("#"+channel) + "\n" + block
	}
	c.say(block + "\n")
}

// say writes lines as they are, as one Write.
func (c *Console) say(s string) {
	c.out.Lock()
	defer c.out.Unlock()
	if _, err := io.WriteString(c.o.Out, s); err != nil {
		c.o.Log.Warn("terminal cannot be written", "err", err)
	}
}

func (c *Console) style() style { return style{color: c.o.Color, width: c.o.Width} }

// path of a channel's file.
func (f *files) path(name string) (string, error) {
	if _, err := bot.ParseChannel(Platform+":"+name, Platform); err != nil || strings.Contains(name, "/") {
		return "", bot.Problemf("bad_channel", "%q is no channel of the console; its name has letters, digits, '-', '_' and '.'", text.Truncate(text.Inline(name), 70))
	}
	return filepath.Join(f.dir, name+".jsonl"), nil
}
