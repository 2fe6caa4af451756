package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"colloquy/bot"
)

// demoChannel is where the demonstration posts.
var demoChannel = bot.Channel{Platform: "console", ID: "demo"}

func (a *app) demoCommand() *cobra.Command {
	var article string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See a whole discussion in this terminal",
		Long: `Post the digest of an article in a chat in this terminal, record what you type,
and close with a recap. Nothing has to be set up, and nothing leaves this machine
unless --writer is given. It ends with the input (Ctrl-D) or with /discuss close, and may be run
again.

` + sourceHelp + `
Bundled articles: ` + strings.Join(bundledNames(), ", ") + `.`,
		Example: `  colloquy demo
  colloquy demo --article https://example.org/story
  printf 'I think so\n@2 Not at all\n' | colloquy demo`,
		GroupID: groupTry,
		Args:    takes(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context(), article) },
	}
	cmd.Flags().StringVar(&article, "article", "", "`SOURCE` of the article, or the name of a bundled one (default "+bundledNames()[0]+")")
	a.set.addDB(cmd.Flags())
	return cmd
}

func (a *app) demo(ctx context.Context, article string) error {
	release, err := lock(a.set.db, "colloquy demo")
	if err != nil {
		return err
	}
	defer release()
	start := make(chan struct{})
	screen := a.screen()
	screen.In, screen.Channel, screen.Start = a.stdin, demoChannel.ID, start
	// One person can hold the demonstration alone.
	if a.said["writer"] != "--writer" {
		a.set.writer.value = extractive // nothing leaves this machine unless somebody says so now
	}
	rt, err := a.open(ctx, place{level: slog.LevelWarn, console: screen, settings: bot.Settings{RecapReplies: 1, RecapPeople: 1}})
	if err != nil {
		return err
	}
	defer func() { _ = rt.db.Close() }()
	if err := alone(ctx, rt.db); err != nil {
		return err
	}
	art, err := a.demoArticle(ctx, rt, article)
	if err != nil {
		return err
	}
	h := &demoHandler{Engine: rt.engine, rt: rt, connected: make(chan struct{}), closed: make(chan struct{})}
	chat, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- rt.console.Run(chat, h) }()
	d, err := a.demoPost(ctx, rt, h, art)
	if err != nil {
		stop()
		return errors.Join(err, <-ended)
	}
	close(start)
	select {
	case err = <-ended: // the end of the input
	case <-h.closed:
		stop()
		err = <-ended
	}
	if err != nil {
		return err
	}
	// Also after Ctrl-C: what was said is worth its recap.
	return a.demoEnd(context.WithoutCancel(ctx), rt, d)
}

// demoArticle stores the article of the demonstration.
func (a *app) demoArticle(ctx context.Context, rt *running, article string) (bot.Article, error) {
	if article == "" {
		article = bundledNames()[0]
	}
	var art bot.Article
	title, text, err := bundledArticle(article)
	if err == nil {
		art, err = a.reader(slog.LevelWarn).Pasted(text, title, "")
	} else {
		done := a.progress("reading " + article)
		art, err = a.reader(slog.LevelWarn).Article(ctx, bot.Source{Ref: article})
		done()
	}
	if err != nil {
		return art, err
	}
	return rt.db.PutArticle(ctx, art, a.now())
}

// demoPost posts the digest and says how to go on.
func (a *app) demoPost(ctx context.Context, rt *running, h *demoHandler, art bot.Article) (bot.Discussion, error) {
	select {
	case <-h.connected:
	case <-ctx.Done():
		return bot.Discussion{}, ctx.Err()
	}
	o, err := rt.engine.Request(ctx, demoChannel, bot.Request{Article: art.ID}, "", bot.Operator)
	if err != nil {
		return bot.Discussion{}, err
	}
	if o, err = a.carryOutHere(ctx, rt, o.ID); err != nil {
		return bot.Discussion{}, err
	}
	h.discussion = o.DiscussionID
	if onTerminal(a.stdin) {
		fmt.Fprint(a.stdout, "\nYou are in the thread now. Type a reply and press Enter; begin it with @2 to answer\n"+
			"question 2. /discuss help lists the commands, /help what else you can type.\n"+
			"/discuss close or Ctrl-D ends the discussion.\n\n")
	}
	return rt.db.Discussion(ctx, o.DiscussionID)
}

// carryOutHere runs an occurrence of this process, which is the only one.
func (a *app) carryOutHere(ctx context.Context, rt *running, id bot.ID) (bot.Occurrence, error) {
	if err := rt.runOccurrence(ctx, id); err != nil {
		return bot.Occurrence{}, err
	}
	o, err := rt.db.Occurrence(ctx, id)
	if err == nil && o.Outcome != bot.OutcomePosted {
		err = bot.Problemf("not_posted", "nothing was posted: %s", o.Reason)
	}
	return o, err
}

// demoEnd closes the discussion and says where everything is.
func (a *app) demoEnd(ctx context.Context, rt *running, d bot.Discussion) error {
	d, err := a.closeHere(ctx, rt, d)
	if err != nil {
		return err
	}
	_, found, err := rt.engine.ShowRecap(ctx, d)
	if err != nil {
		return err
	}
	if !found {
		fmt.Fprintln(a.stdout, "\nThe discussion is closed. Nobody replied, so there is no recap.")
	}
	id, db := d.ID.Short(), a.dbFlag()
	_, err = fmt.Fprintf(a.stdout, `
Everything is stored in %s, the chat itself in
%s.
  colloquy discussion show %s%s      what was asked and said
  colloquy discussion export %s%s    the same as JSON lines, for other programs
Next, in a channel of your own, every working day at nine:
  colloquy schedule add --channel console:general \
    --at "weekdays 09:00" --feed URL%s
  colloquy serve%s
`, a.dbName(), filepath.Join(a.consoleDir(rt.db), demoChannel.ID+".jsonl"), id, db, id, db, db, db)
	return err
}

// closeHere closes a discussion if it is not closed yet.
func (a *app) closeHere(ctx context.Context, rt *running, d bot.Discussion) (bot.Discussion, error) {
	d, err := rt.db.Discussion(ctx, d.ID)
	if err != nil {
		return d, err
	}
	asked := !d.ClosesAt.IsZero() && !d.ClosesAt.After(a.now())
	if !asked && (d.State == bot.StatePosting || d.State == bot.StateOpen) {
		if err := rt.engine.Close(ctx, d, bot.Operator); err != nil {
			return d, err
		}
	}
	if err := rt.runDiscussion(ctx, d.ID); err != nil {
		return d, err
	}
	return rt.db.Discussion(ctx, d.ID)
}

// A demoHandler is the engine, and tells the demonstration when it is connected
// and when its discussion was closed in chat. Requests in chat are carried out
// at once, because nothing else runs here.
type demoHandler struct {
	*bot.Engine
	rt         *running
	discussion bot.ID
	connected  chan struct{}
	closed     chan struct{}
	over       bool
}

func (h *demoHandler) Connected(ctx context.Context, scope string, up bool) error {
	err := h.Engine.Connected(ctx, scope, up)
	if err == nil && up {
		close(h.connected)
	}
	return err
}

func (h *demoHandler) Command(ctx context.Context, c bot.Command) (bot.Answer, error) {
	answer, err := h.Engine.Command(ctx, c)
	if err != nil {
		return answer, err
	}
	list, err := h.rt.db.Occurrences(ctx, demoChannel, "", 5)
	if err != nil {
		return answer, err
	}
	for _, o := range list {
		if o.Outcome == "" {
			if err := h.RunOccurrence(ctx, o.ID); err != nil {
				return answer, err
			}
		}
	}
	d, err := h.rt.db.Discussion(ctx, h.discussion)
	if err == nil && (d.Pending || d.Stale) { // an answer was given or taken back
		err = h.RunDiscussion(ctx, d.ID)
	}
	if err == nil && !h.over && !d.ClosesAt.After(h.rt.now()) {
		h.over = true
		close(h.closed)
	}
	return answer, err
}
