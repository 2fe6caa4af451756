package console

import (
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// An engine is a handler of functions; nil ones agree.
type engine struct {
	changed func(bot.Reply) (bool, error)
	removed func(bot.MessageRef) error
	command func(bot.Command) (bot.Answer, error)
	up      func(bool) error
}

func (e *engine) ReplyChanged(_ context.Context, r bot.Reply) (bool, error) {
	if e.changed == nil {
		return true, nil
	}
	return e.changed(r)
}

func (e *engine) ReplyRemoved(_ context.Context, ref bot.MessageRef) error {
	if e.removed == nil {
		return nil
	}
	return e.removed(ref)
}

func (e *engine) Command(_ context.Context, c bot.Command) (bot.Answer, error) {
	return e.command(c)
}

func (e *engine) Connected(_ context.Context, _ string, up bool) error {
	if e.up == nil {
		return nil
	}
	return e.up(up)
}

func (e *engine) Silent(ctx context.Context, scope string, _ time.Time) error {
	return e.Connected(ctx, scope, false)
}

func (e *engine) InstallationChanged(context.Context, bot.Installation) error { return nil }

func (*engine) Places(context.Context, string) ([]bot.Channel, error) { return nil, nil }
func (*engine) Installations(context.Context, string, []bot.Installation, func(string) bool) error {
	return nil
}

func (*engine) ChannelLost(context.Context, bot.Channel, error) error { return nil }

// demo types lines into a console with one discussion and returns it with what
// it printed meanwhile.
func demo(t *testing.T, e *engine, o Options, input string) (*Console, string) {
	t.Helper()
	var out screen
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	o.Channel, o.In = "general", strings.NewReader(input)
	c := New(o)
	mustPost(t, c, channel("general"), root, "root")
	if o.Out == nil {
		c.o.Out = &out
	}
	c.waits = []time.Duration{0, 0}
	if err := c.Run(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	return c, out.String()
}

var ids = regexp.MustCompile(`\b([0-9a-f]{8}-[0-9a-f-]{14}-[0-9a-f]{12}|[0-9a-f]{8})\b`)

func TestDemoRecordsEveryLine(t *testing.T) {
	var got []bot.Reply
	e := &engine{changed: func(r bot.Reply) (bool, error) {
		got = append(got, r)
		return !strings.Contains(r.Text, "late"), nil
	}}
	c, out := demo(t, e, Options{Echo: true}, "I think so\n\n   \n@2 Not at all, because…\r\n/as Ayesha Khan\nlate\n/as عائشہ\n2) caf\xe9\x07")
	want := "you: I think so\nrecorded ID\nyou: @2 Not at all, because…\nrecorded ID\nyou speak as Ayesha Khan\n" +
		"Ayesha Khan: late\nnot recorded: no discussion here takes it any more, or you opted out\n" +
		"you speak as \u2068عائشہ\u2069\n\u2068عائشہ\u2069: 2) caf\uFFFD\nrecorded ID\n"
	if out = ids.ReplaceAllString(out, "ID"); out != want {
		t.Errorf("printed\n%s\nwant\n%s", out, want)
	}
	var texts, people []string
	for _, r := range got {
		texts, people = append(texts, r.Text), append(people, r.Author.ID+"="+r.Author.Name)
		if _, err := bot.ParsePerson(r.Author.String(), Platform); err != nil {
			t.Error(err)
		}
	}
	if s := strings.Join(texts, "|"); s != "I think so|@2 Not at all, because…|late|2) caf\uFFFD" {
		t.Errorf("handed over: %s", s)
	}
	if s := strings.Join(people, "|"); s != "you=you|you=you|Ayesha-Khan=Ayesha Khan|"+hashedID("عائشہ")+"=عائشہ" {
		t.Errorf("people: %s", s)
	}
	if n := len(lines(t, c.files, "general")); n != 5 {
		t.Errorf("%d lines in the file", n)
	}
}

func TestWrittenBeforeHandedOver(t *testing.T) {
	dir := t.TempDir()
	e := &engine{changed: func(r bot.Reply) (bool, error) {
		for _, rec := range lines(t, files{dir: dir}, "general") {
			if rec.ID == r.Ref.MessageID && rec.Thread == r.Ref.Thread && rec.Text == r.Text {
				return true, nil
			}
		}
		t.Errorf("%s is not in the file yet", r.Ref.MessageID)
		return true, nil
	}}
	demo(t, e, Options{Dir: dir}, "one\ntwo\n")
}

func TestHandlerThatFails(t *testing.T) {
	for _, c := range []struct {
		failures int
		want     string
		calls    int
	}{
		{2, "recorded ID\n", 3},
		{9, "not recorded: storing it failed; it is in the channel and will be found when the thread is listed\n", 3},
	} {
		calls := 0
		e := &engine{changed: func(bot.Reply) (bool, error) {
			calls++
			if calls <= c.failures {
				return false, errors.New("the store is down")
			}
			return true, nil
		}}
		con, out := demo(t, e, Options{}, "text\n")
		if out = ids.ReplaceAllString(out, "ID"); out != c.want || calls != c.calls {
			t.Errorf("%d failures: %d calls, printed %q", c.failures, calls, out)
		}
		if list, _, err := con.files.replies(t.Context(), "general"); err != nil || len(list) != 1 {
			t.Errorf("in the file: %v, %v", list, err)
		}
	}
}

func TestCommands(t *testing.T) {
	var got bot.Command
	e := &engine{command: func(c bot.Command) (bot.Answer, error) {
		got = c
		if c.Name == "status" {
			return bot.Answer{}, bot.Problemf("busy", "it is busy; try again")
		}
		return bot.Answer{Message: bot.Message{Paragraphs: []string{"It is being read."}}}, nil
	}}
	c, out := demo(t, e, Options{}, "/as ada\n/discuss now https://example.org/x\n")
	thread, err := c.files.newestThread(t.Context(), "general")
	if err != nil || got.Name != "now" || got.Args["source"] != "https://example.org/x" || !got.Actor.Manager || got.ID == "" ||
		got.Actor.ID != "ada" || got.Channel.Thread != thread || thread == "" || !strings.HasSuffix(out, "It is being read.\n\n") {
		t.Errorf("%+v, printed %q, %v", got, out, err)
	}
	if _, out := demo(t, e, Options{}, "/discuss status\n/discuss nowhere\n"); out != "it is busy; try again\nthere is no command \"nowhere\"; /discuss help lists them\n" {
		t.Errorf("printed %q", out)
	}
	if n := len(lines(t, c.files, "general")); n != 1 {
		t.Errorf("a command is no message: %d lines", n)
	}
}

func TestServe(t *testing.T) {
	in, keys := io.Pipe()
	var out screen
	c := New(Options{Dir: t.TempDir(), In: in, Out: &out, Prefix: true})
	done := make(chan string, 10)
	ups := make(chan bool, 2)
	e := &engine{changed: func(r bot.Reply) (bool, error) { done <- r.Ref.ID + " " + r.Text; return true, nil },
		up: func(up bool) error { ups <- up; return nil }}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx, e) }()
	if !<-ups {
		t.Fatal("down first")
	}
	mustPost(t, c, channel("general"), root, "1")
	notice := mustPost(t, c, channel("general"), bot.Message{Paragraphs: []string{"a notice opens no thread"}}, "2")
	if !strings.HasPrefix(out.String(), "#general\nA bridge") {
		t.Errorf("shown: %q", out.String())
	}
	before := len(out.String())
	for _, line := range []string{"hello", "#", "#../etc hi", "#general", "#none anybody there?", "#general  to the point"} {
		if _, err := io.WriteString(keys, line+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	if got := <-done; got != "general to the point" {
		t.Errorf("handed over: %s", got)
	}
	if err := keys.Close(); err != nil { // the end of input is not the end of Run
		t.Fatal(err)
	}
	mustPost(t, c, channel("general"), root, "3")
	cancel()
	if err := <-ended; err != nil || <-ups {
		t.Errorf("Run: %v", err)
	}
	printed := strings.SplitAfter(out.String()[before:], "\n")
	want := []string{
		"not recorded: no channel; write #NAME and then the text\n",
		"not recorded: \"\" is no channel of the console; its name has letters, digits, '-', '_' and '.'\n",
		"not recorded: \"../etc\" is no channel of the console; its name has letters, digits, '-', '_' and '.'\n",
		"not recorded: nothing to say; write #general and then the text\n",
		"not recorded: no discussion is open in #none; /discuss now begins one\n",
	}
	for i, line := range want {
		if printed[i] != line {
			t.Errorf("line %d is %q, want %q", i, printed[i], line)
		}
	}
	list, _, err := c.files.replies(t.Context(), "general")
	if err != nil || len(list) != 1 || list[0].Thread == notice.Ref.MessageID || !strings.Contains(out.String(), "recorded "+list[0].ID+"\n") {
		t.Errorf("in the file: %+v, %v", list, err)
	}
	if none := lines(t, c.files, "none"); len(none) != 1 || none[0].Text != "anybody there?" {
		t.Errorf("a line without a discussion is still a message: %+v", none)
	}
}

func TestShutdownDoesNotWaitForInput(t *testing.T) {
	in, keys := io.Pipe() // nobody types
	c := New(Options{Dir: t.TempDir(), In: in, Channel: "general"})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- c.Run(ctx, &engine{up: func(up bool) error {
			if up {
				cancel()
			}
			return nil
		}})
	}()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := keys.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the input is still open: %v", err)
	}
}

func TestStart(t *testing.T) {
	start := make(chan struct{})
	var got []string
	in := readFunc(func(p []byte) (int, error) {
		select {
		case <-start:
			return copy(p, "now\n"), io.EOF
		default:
			t.Error("read before the start")
			return 0, io.EOF
		}
	})
	c := New(Options{Dir: t.TempDir(), In: in, Channel: "general", Start: start})
	mustPost(t, c, channel("general"), root, "1")
	e := &engine{changed: func(r bot.Reply) (bool, error) { got = append(got, r.Text); return true, nil },
		up: func(up bool) error {
			if up {
				time.AfterFunc(time.Millisecond, func() { close(start) })
			}
			return nil
		}}
	if err := c.Run(t.Context(), e); err != nil || len(got) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := New(Options{Dir: t.TempDir(), Start: make(chan struct{})}).Run(ctx, &engine{}); err != nil {
		t.Error(err)
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func TestRunWithoutAnEngine(t *testing.T) {
	c := New(Options{Dir: t.TempDir()})
	c.waits = nil
	if err := c.Run(t.Context(), &engine{up: func(bool) error { return errors.New("no") }}); err == nil {
		t.Error("Run began although Connected failed")
	}
	if err := c.Run(t.Context(), &engine{}); err != nil { // no input: as if at its end
		t.Error(err)
	}
}

func TestVeryLongLines(t *testing.T) {
	var got []int
	e := &engine{changed: func(r bot.Reply) (bool, error) { got = append(got, len(r.Text)); return true, nil }}
	_, out := demo(t, e, Options{}, strings.Repeat("x", longestLine)+"\n"+strings.Repeat("y", 3*longestLine)+"\nshort\n"+strings.Repeat("z", 2*longestLine))
	if len(got) != 4 || got[0] != longestLine || got[1] != longestLine || got[2] != 5 || got[3] != longestLine {
		t.Errorf("handed over: %v", got)
	}
	if strings.Count(out, "longer than 64 KiB") != 2 {
		t.Errorf("printed %q", out)
	}
}

func TestClosedTerminalLosesNothing(t *testing.T) {
	r, w := io.Pipe()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	count := 0
	e := &engine{changed: func(bot.Reply) (bool, error) { count++; return true, nil }}
	c, _ := demo(t, e, Options{Out: w}, "one\ntwo\n")
	if n := len(lines(t, c.files, "general")); n != 3 || count != 2 {
		t.Errorf("%d lines, %d handed over", n, count)
	}
}

func FuzzTyped(f *testing.F) {
	for _, s := range []string{"#general hello", "#general /edit x y", "#general /as \x1b[31m", "# ", "#../../x y", "/discuss now", "#general /discuss schedule add 'x", "#general /react 0 👍"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	e := &engine{command: func(bot.Command) (bot.Answer, error) { return bot.Answer{}, nil }}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, line string, prefix bool) {
		var out screen
		c := New(Options{Dir: dir, Out: &out, Prefix: prefix, Channel: "demo"})
		c.typed(t.Context(), e, typedLine{text: line})
		if strings.ContainsAny(out.String(), "\x1b\x00\r\u202e") {
			t.Errorf("%q printed %q", line, out.String())
		}
	})
}

func (*engine) Missed(context.Context, bot.Channel, time.Time) error { return nil }
