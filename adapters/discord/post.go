package discord

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

var (
	_ bot.Adapter    = (*Adapter)(nil)
	_ bot.Reconciler = (*Adapter)(nil)
	_ bot.Doctor     = (*Adapter)(nil)
	_ bot.FormsOnly  = (*Adapter)(nil)
	_ bot.Threader   = (*Adapter)(nil)
	_ bot.Finder     = (*Adapter)(nil)
	_ bot.Editor     = (*Adapter)(nil)
	_ bot.Director   = (*Adapter)(nil)
	_ bot.Linker     = (*Adapter)(nil)
	_ bot.Laner      = (*Adapter)(nil)
)

// Codes of Discord that say what a channel is not for.
const (
	codeForumOnly = 40058 // a message cannot be sent to a forum
	codeNeedsTag  = 40067 // a post in this forum needs a tag
	codeNotText   = 50008
	codeWrongKind = 50024 // of channel, for what was asked
	codeForm      = 50035 // a field is not as it has to be
)

// requireTag is the flag of a forum in which every post has to have a tag.
const requireTag = 1 << 4

// longArchive is how many minutes a thread stays in the list of its channel
// after the last message: a week.
const longArchive = 10080

const maxThreadName = 100

// Post sends m once; see [bot.Adapter]. In a forum it becomes a post with its
// thread. What Discord has under the key from a few minutes ago is given back.
func (a *Adapter) Post(ctx context.Context, ch bot.Channel, m bot.Message, key string) (bot.Posted, error) {
	out := a.render(ctx, m, key)
	if isSnowflake(m.Ping) {
		out.Mentions.Roles = []string{m.Ping}
	}
	create := out
	create.Nonce, create.Enforce = nonce(key), key != ""
	var got struct {
		ID string `json:"id"`
	}
	k := call{method: http.MethodPost, path: "/channels/" + pathID(ch) + "/messages", body: &create, channel: pathID(ch)}
	err := a.rest.do(ctx, k, &got)
	if codeOf(err) == codeForm && create.plainer() { // surely not posted
		err = a.rest.do(ctx, k, &got)
	}
	switch code := codeOf(err); {
	case (code == codeForumOnly || code == codeNotText) && ch.Thread == "":
		return a.postForum(ctx, ch, m, out, err)
	case code == codeUnknownMessage: // it has the nonce of one that is gone
		return bot.Posted{}, bot.Permanent(problem("removed", err, "it was posted, and somebody deleted it on Discord; it is not posted again"))
	case err != nil:
		return bot.Posted{}, err
	case got.ID == "":
		return bot.Posted{}, problem("bad_answer", nil, "Discord did not say which message it made; look for it there before you try again")
	}
	if ch.Thread != "" || m.Question != "" { // a discussion, not only its root
		a.watch.add(ch)
	}
	return bot.Posted{Ref: bot.MessageRef{Channel: ch, MessageID: got.ID}}, nil
}

// A newThread opens a thread, or a post in a forum.
type newThread struct {
	Name    string    `json:"name"`
	Archive int       `json:"auto_archive_duration,omitempty"` // minutes; 0: what the channel says
	Message *outgoing `json:"message,omitempty"`
	Tags    []string  `json:"applied_tags,omitempty"`
}

// postForum posts out in a forum or media channel; refusal is why it was not an
// ordinary message.
func (a *Adapter) postForum(ctx context.Context, ch bot.Channel, m bot.Message, out outgoing, refusal error) (bot.Posted, error) {
	c, err := a.channelOf(ctx, ch.ID)
	if err != nil {
		return bot.Posted{}, notPosted(err)
	}
	if !c.forum() {
		return bot.Posted{}, refusal
	}
	first := ""
	if len(m.Paragraphs) > 0 {
		first = m.Paragraphs[0]
	}
	body := newThread{Name: threadName(cmp.Or(m.Title, m.Question, first)), Archive: longArchive, Message: &out}
	if c.Flags&requireTag != 0 {
		body.Tags = firstTag(c.Tags)
	}
	var got struct {
		ID string `json:"id"`
	}
	err = a.openThread(ctx, "/channels/"+ch.ID+"/threads", ch.ID, &body, &got)
	switch {
	case codeOf(err) == codeNeedsTag:
		return bot.Posted{}, bot.Permanent(problem("needs_tag", err, "every post in %s needs a tag, and there is none that Colloquy may use: add one that everybody may use in the forum's settings", ch))
	case err != nil:
		return bot.Posted{}, err
	case got.ID == "":
		return bot.Posted{}, problem("bad_answer", nil, "Discord did not say which post it made; look for it there before you try again")
	}
	thread := ch
	thread.Thread = got.ID // and that of its first message
	a.watch.add(thread)
	return bot.Posted{Ref: bot.MessageRef{Channel: thread, MessageID: got.ID}, Thread: thread}, nil
}

// notPosted marks an error of a question that was asked before anything was
// sent: surely not posted.
func notPosted(err error) error {
	if _, retry := bot.RetryDelay(err); retry || bot.IsPermanent(err) {
		return err
	}
	return bot.RetryAfter(time.Second, err)
}

// firstTag is one that everybody may use, if there is one.
func firstTag(tags []tag) []string {
	for _, t := range tags {
		if !t.Moderated {
			return []string{t.ID}
		}
	}
	if len(tags) > 0 {
		return []string{tags[0].ID}
	}
	return nil
}

// openThread opens a thread that stays in the list for as long as this server
// allows. What has a wrong field was surely not carried out, and goes out without.
func (a *Adapter) openThread(ctx context.Context, path, channel string, body *newThread, out any) error {
	k := call{method: http.MethodPost, path: path, body: body, channel: channel}
	err := a.rest.do(ctx, k, out)
	if codeOf(err) == codeForm {
		body.Archive = 0
		if body.Message != nil {
			body.Message.plainer()
		}
		err = a.rest.do(ctx, k, out)
	}
	return err
}

// threadName is a title as Discord takes it for a thread.
func threadName(title string) string {
	name := text.Cut(text.Inline(title), maxThreadName, text.Units)
	if !text.Visible(name) {
		return "Discussion"
	}
	return name
}

// StartThread opens the thread under root, or finds that it is there: it has the
// id of that message.
func (a *Adapter) StartThread(ctx context.Context, root bot.MessageRef, title, key string) (bot.Channel, error) {
	if root.Thread != "" { // a post in a forum has its thread
		return root.Channel, nil
	}
	thread := root.Channel
	thread.Thread = root.MessageID
	body := newThread{Name: threadName(title), Archive: longArchive}
	err := a.openThread(ctx, "/channels/"+root.ID+"/messages/"+root.MessageID+"/threads", root.ID, &body, nil)
	switch codeOf(err) {
	case codeThreadExists:
		err = nil
	case codeMissingPermission:
		err = bot.Permanent(problem("no_permission", err, "Colloquy may not open threads in %s: allow it Create Public Threads in the channel's permissions", root.Channel))
	case codeNotText, codeWrongKind:
		err = bot.Permanent(problem("no_threads", err, "channels of this kind have no threads: choose a text channel, or a forum, to have one for each discussion"))
	case codeUnknownMessage:
		err = bot.Permanent(problem("removed", err, "its post was deleted on Discord meanwhile"))
	}
	if err != nil {
		return bot.Channel{}, err
	}
	a.watch.add(thread)
	return thread, nil
}

// threadsFull is when to ask again for a thread where there are too many: they
// are archived by themselves.
const threadsFull = 10 * time.Minute

// Direct opens the channel in which p alone reads us.
func (a *Adapter) Direct(ctx context.Context, p bot.Person) (bot.Channel, error) {
	if !isSnowflake(p.ID) {
		return bot.Channel{}, bot.Permanent(bot.Problemf("bad_person", "%q is no person on Discord: ids are numbers of 17 to 20 digits", clip(p.ID, 40)))
	}
	var got struct {
		ID string `json:"id"`
	}
	err := a.rest.do(ctx, call{method: http.MethodPost, path: "/users/@me/channels", body: map[string]string{"recipient_id": p.ID}}, &got)
	if err == nil && got.ID == "" {
		err = problem("bad_answer", nil, "Discord did not say where %s can be written to", p)
	}
	if err != nil {
		return bot.Channel{}, notPosted(err) // the same channel is given each time
	}
	return bot.Channel{Platform: Platform, Workspace: p.Workspace, ID: got.ID}, nil
}

// LinkTo is where people see a message.
func (a *Adapter) LinkTo(ref bot.MessageRef) string {
	return linkBase + strings.Join([]string{cmp.Or(ref.Workspace, "@me"), pathID(ref.Channel), ref.MessageID}, "/")
}
