package slack

import (
	"context"
	"errors"
	"time"

	"colloquy/bot"
)

const (
	// listNames is how long a listing waits for the names in the words of one
	// message, and for that of the author of a new one.
	listNames = 30 * time.Second
	// storedNames is how long it waits for those of all authors of what is stored.
	storedNames = 10 * time.Second
)

// reply takes what a person wrote. It is given at once, also without the name of
// its author.
func (l *listing) reply(ctx context.Context, m message) error {
	m.ThreadTS = l.thread.Thread
	by, named := l.t.author(m)
	short, cancel := context.WithTimeout(ctx, listNames)
	defer cancel()
	r := l.t.reply(short, l.thread, m, by, true)
	r.Reactions = m.reactions()
	switch {
	case named:
	case l.known[m.TS]:
		l.unsure = append(l.unsure, r)
	default:
		l.unnamed = append(l.unnamed, r)
	}
	return l.give(r)
}

// nameAuthors gives again what was given without a name. Where Slack's limits hold
// the name of somebody new up, the listing ends and is tried again. What is stored
// mostly has its name, so that not much time goes into those, and a limit ends it.
func (l *listing) nameAuthors(ctx context.Context) error {
	for _, r := range l.unnamed {
		short, cancel := context.WithTimeout(ctx, listNames)
		err := l.nameAuthor(short, r)
		cancel()
		if err != nil {
			return err
		}
	}
	short, cancel := context.WithTimeout(ctx, storedNames)
	defer cancel()
	for _, r := range l.unsure {
		err := l.nameAuthor(short, r)
		if errors.Is(err, errStopped) {
			return err
		} else if err != nil {
			break
		}
	}
	return ctx.Err()
}

// nameAuthor gives a reply again if its author's name is found in time. An error is
// that nobody reads on, or that Slack has to be asked later.
func (l *listing) nameAuthor(ctx context.Context, r bot.Reply) error {
	by, err := l.t.person(ctx, r.Author.ID, true)
	if _, later := bot.RetryDelay(err); later {
		return err
	}
	if err != nil {
		l.a.o.Log.InfoContext(ctx, "name not known", "workspace", l.t.id, "user", r.Author.ID, "err", err)
	}
	if by.Name == "" {
		return nil
	}
	r.Author = by
	return l.give(r)
}
