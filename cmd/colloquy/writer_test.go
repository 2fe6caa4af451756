package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colloquy/bot/writer/model/modeltest"
)

// goodKey is the one that the server of the tests takes. No output may hold it.
const goodKey = "sk-good-7f3a9c"

// asked starts a server of models and gives the variables that point at it.
func asked(t testing.TB, more ...string) (*modeltest.Server, []string) {
	s := modeltest.New(t, modeltest.Options{Key: goodKey})
	return s, append(more, "COLLOQUY_WRITER_URL="+s.URL, "COLLOQUY_WRITER_KEY="+goodKey, "COLLOQUY_WRITER_MODEL=small-1")
}

// bus writes the bundled article into a file: there is much to ask about it.
func bus(t testing.TB) string {
	t.Helper()
	title, text, err := bundledArticle("last-bus")
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, "bus.txt", title+"\n\n"+text+"\n")
	return "bus.txt"
}

func TestDigestByAModel(t *testing.T) {
	t.Chdir(t.TempDir())
	file := bus(t)
	for _, provider := range []string{"anthropic", "openai", "ollama"} {
		s, env := asked(t, "COLLOQUY_WRITER="+provider)
		r := cli(t, env, "", "digest", file, "--format", "json", "--audience", "classroom")
		var d digestJSON
		if err := json.Unmarshal([]byte(r.stdout), &d); r.code != exitDone || err != nil {
			t.Fatalf("%s: %+v", provider, r)
		}
		if d.Writer.Name != provider || d.Writer.Model != "small-1" || d.Spent.Calls == 0 || d.Spent.Input == 0 || d.Fallback != nil {
			t.Errorf("%s: writer %+v, spent %+v, fallback %+v", provider, d.Writer, d.Spent, d.Fallback)
		}
		calls := s.Calls()
		if calls[0].Provider != provider || calls[0].Key != goodKey || !strings.Contains(calls[0].Turns[0].Text, "readers: Students") {
			t.Errorf("%s was asked as %s with the key %q:\n%s", provider, calls[0].Provider, calls[0].Key, calls[0].Turns[0].Text)
		}
		text := cli(t, env, "", "digest", file).stdout
		if !strings.Contains(text, "Written by "+provider+" small-1. ") || !strings.Contains(text, " tokens read, ") {
			t.Errorf("%s: %s", provider, text)
		}
	}
}

// A model that cannot be asked is no failure: the line says who wrote, and why.
func TestDigestThatTheExtractiveWriterTookOver(t *testing.T) {
	t.Chdir(t.TempDir())
	file := bus(t)
	_, env := asked(t)
	r := cli(t, append([]string{"COLLOQUY_WRITER_KEY=sk-wrong-1"}, env...), "", "digest", file, "--writer", "openai")
	if r.code != exitDone || !strings.Contains(r.stdout, "Written by the extractive writer, because ") || strings.Contains(r.stdout+r.stderr, "sk-wrong") {
		t.Errorf("%+v", r)
	}
	r = cli(t, append([]string{"COLLOQUY_WRITER_KEY=sk-wrong-1"}, env...), "", "digest", file, "--writer", "openai", "--format", "json")
	var d digestJSON
	if err := json.Unmarshal([]byte(r.stdout), &d); err != nil || d.Writer.Name != extractive || d.Fallback == nil || d.Fallback.Code != "unauthorized" || d.Fallback.Text == "" || len(d.Summary) == 0 {
		t.Errorf("%v: %+v", err, d)
	}
}

// What is wrong with the writer is one line that says where it stands, and
// nothing is tried.
func TestWrongWriter(t *testing.T) {
	t.Chdir(t.TempDir())
	bus(t)
	const key = "COLLOQUY_WRITER_KEY=" + goodKey
	tests := []struct {
		file string // the configuration
		env  []string
		args string
		want string
	}{
		{"", nil, "--writer gpt", `--writer: "gpt" is none of extractive, anthropic, openai, ollama`},
		{"", []string{"COLLOQUY_WRITER=gpt"}, "", `COLLOQUY_WRITER: "gpt" is none of`},
		{"", nil, "--writer anthropic", "--writer: Anthropic needs a key: set COLLOQUY_WRITER_KEY"},
		{"writer:\n  use: anthropic\n", nil, "", "colloquy.yaml:2: Anthropic needs a key"},
		{"writer:\n  use: ollama\n", nil, "", "colloquy.yaml:2: no model is named for Ollama"},
		{"writer:\n  use: openai\n  key: a b\n", nil, "", "colloquy.yaml:3: the writer's key has a space"},
		{"writer:\n  use: openai\n  url: localhost:8000\n", []string{key}, "", "colloquy.yaml:3: the writer's url is no address"},
		{"writer:\n  use: openai\n  proxy: nowhere\n", []string{key}, "", "colloquy.yaml:3: the writer's proxy is no address"},
		{"writer:\n  use: openai\n", []string{key, "COLLOQUY_WRITER_URL=http://llm.example.org"}, "", "COLLOQUY_WRITER_KEY: the writer's key would go over the internet in clear text"},
		{"", []string{key, "COLLOQUY_WRITER_KEY_FILE=/nowhere"}, "--writer openai", "COLLOQUY_WRITER_KEY and COLLOQUY_WRITER_KEY_FILE are both set"},
		{"", []string{"COLLOQUY_WRITER_KEY_FILE=nowhere"}, "--writer openai", "COLLOQUY_WRITER_KEY_FILE names nowhere, which cannot be read (no such file or directory): name a file"},
		{"", []string{key, "COLLOQUY_WRITER_MODEL=a model"}, "--writer openai", "COLLOQUY_WRITER_MODEL: the name of the writer's model has a space"},
		{"", []string{key}, "--writer openai --prompts nowhere", "--prompts: the folder of prompts nowhere cannot be read"},
		{"writer:\n  use: openai\n  prompts: nowhere\n", []string{key}, "", "colloquy.yaml:3: the folder of prompts nowhere cannot be read"},
		// A key that was given to one provider is not shown to another.
		{"writer:\n  use: anthropic\n  key: " + goodKey + "\n", nil, "--writer openai", "--writer: OpenAI needs a key"},
		{"", []string{"COLLOQUY_WRITER=anthropic", key}, "--writer openai", "--writer: OpenAI needs a key"},
		{"writer:\n  use: anthropic\n  key: " + goodKey + "\n", []string{"COLLOQUY_WRITER=openai"}, "", "COLLOQUY_WRITER: OpenAI needs a key"},
	}
	for _, tt := range tests {
		writeFile(t, "colloquy.yaml", tt.file)
		for _, command := range []string{"digest bus.txt", "eval bus.txt", "serve", "digest bus.txt --post console:a"} {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // serve would go on
			r := cliIn(ctx, tt.env, "", strings.Fields(command+" "+tt.args)...)
			cancel()
			if r.code != exitUsage || r.stdout != "" || !strings.HasPrefix(r.stderr, "colloquy: "+tt.want) || strings.Count(r.stderr, "\n") != 1 {
				t.Errorf("%q %v %s %s: exit code %d\n%s%s", tt.file, tt.env, command, tt.args, r.code, r.stdout, r.stderr)
			}
			if strings.Contains(r.stderr, goodKey) || exists("colloquy.db") {
				t.Errorf("the key is shown, or there is a database: %s", r.stderr)
			}
		}
	}
}

// What is said of a provider is fine while the extractive writer writes; what
// looks after the stored things works without the key that only serve has.
func TestWriterThatIsNotNeeded(t *testing.T) {
	w := newTown(t)
	writeFile(t, "colloquy.yaml", "writer:\n  use: extractive\n  url: http://llm.example.org\n  key: sk-x\n  prompts: nowhere\n")
	file := bus(t)
	if r := cli(t, nil, "", "digest", file); r.code != exitDone || strings.Contains(r.stdout, "Written by") {
		t.Errorf("%+v", r)
	}
	w.ok("schedule", "add", "--channel", "console:a", "--cron", "@daily", "--feed", w.feed, "--name", "daily")
	writeFile(t, "colloquy.yaml", "writer:\n  use: anthropic\n")
	w.ok("demo")
	w.ok("schedule", "list")
	w.ok("schedule", "change", "daily", "--questions", "3")
	w.ok("settings")
	w.ok("person", "show", "console:me")
	w.ok("config", "check")
	if r := w.run("schedule", "run", "daily"); r.code != exitUsage || !strings.HasPrefix(r.stderr, "colloquy: colloquy.yaml:2: Anthropic needs a key") {
		t.Errorf("%+v", r)
	}
	w.ok("digest", file, "--writer", "extractive")
}

func TestConfigCheckReadsTheWriter(t *testing.T) {
	t.Chdir(t.TempDir())
	for text, want := range map[string]string{
		"use: anthropic":                              "",
		"use: ollama":                                 "",
		"use: extractive\n  url: nonsense":            "",
		"use: openai\n  url: nonsense":                "colloquy.yaml:3: the writer's url is no address",
		"use: ollama\n  model: m\n  prompts: nowhere": "colloquy.yaml:4: the folder of prompts nowhere cannot be read",
	} {
		writeFile(t, "colloquy.yaml", "writer:\n  "+text+"\n")
		r := cli(t, nil, "", "config", "check")
		if want == "" && r.code != exitDone || want != "" && (r.code != exitUsage || !strings.HasPrefix(r.stderr, "colloquy: "+want)) {
			t.Errorf("%q: %+v", text, r)
		}
	}
}

func TestBaseURLWithAndWithoutVersion(t *testing.T) {
	t.Chdir(t.TempDir())
	file := bus(t)
	s, _ := asked(t)
	for _, provider := range []string{"anthropic", "openai", "ollama"} {
		for _, end := range []string{"", "/", "/v1", "/v1/"} {
			writeFile(t, "colloquy.yaml", fmt.Sprintf("writer:\n  use: %s\n  url: %s%s\n  key: %s\n  model: small-1\n", provider, s.URL, end, goodKey))
			before := len(s.Calls())
			r := cli(t, nil, "", "digest", file)
			if r.code != exitDone || !strings.Contains(r.stdout, "Written by "+provider) || len(s.Calls()) == before {
				t.Errorf("%s with %q: %+v", provider, end, r)
			}
		}
	}
}

func TestFlagOverVariableOverFile(t *testing.T) {
	t.Chdir(t.TempDir())
	file := bus(t)
	s, env := asked(t)
	writeFile(t, "colloquy.yaml", "writer:\n  use: anthropic\n  url: http://127.0.0.1:9\n  key: sk-file\n  model: small-file\n")
	writer := func(env []string, args ...string) string {
		t.Helper()
		var d digestJSON
		r := cli(t, env, "", append([]string{"digest", file, "--format", "json"}, args...)...)
		if err := json.Unmarshal([]byte(r.stdout), &d); err != nil {
			t.Fatalf("%v: %+v", err, r)
		}
		return d.Writer.Name + " " + d.Writer.Model
	}
	if got := writer(env); got != "anthropic small-1" {
		t.Errorf("variables over the file: %s", got)
	}
	if got := writer(append(env, "COLLOQUY_WRITER=openai")); got != "openai small-1" {
		t.Errorf("a variable says who writes: %s", got)
	}
	if got := writer(append(env, "COLLOQUY_WRITER=extractive"), "--writer", "ollama"); got != "ollama small-1" {
		t.Errorf("the flag over the variable: %s", got)
	}
	if got := writer(env, "--writer", "extractive"); got != "extractive " {
		t.Errorf("no model: %s", got)
	}
	writeFile(t, "key", goodKey+"\n")
	if got := writer([]string{"COLLOQUY_WRITER_KEY_FILE=key", "COLLOQUY_WRITER_URL=" + s.URL}); got != "anthropic small-file" {
		t.Errorf("the key from a file, the model from the configuration: %s", got)
	}
	// What the libraries would read by themselves is not read.
	t.Setenv("ANTHROPIC_API_KEY", goodKey)
	t.Setenv("OPENAI_API_KEY", goodKey)
	t.Setenv("OPENAI_BASE_URL", s.URL)
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:9")
	for _, provider := range []string{"anthropic", "openai"} {
		if r := cli(t, nil, "", "digest", file, "--writer", provider, "--config", os.DevNull); r.code != exitUsage {
			t.Errorf("%s took a key that nobody gave us: %+v", provider, r)
		}
	}
}

// No output of any command holds the key, whatever goes wrong.
func TestTheKeyIsNeverShown(t *testing.T) {
	w := newTown(t)
	w.ok("demo")
	file := bus(t)
	s, env := asked(t, "COLLOQUY_ALLOW_NETWORK=127.0.0.0/8")
	echo := func(c modeltest.Call) modeltest.Reply { // as a careless proxy does
		return modeltest.Reply{Status: 400, Raw: []byte(`{"error":{"message":"bad header ` + c.Key + `","type":"invalid_request_error"}}`)}
	}
	behaviours := map[string]func(modeltest.Call) modeltest.Reply{
		"good": modeltest.Good(), "echo": echo,
		"html":    func(c modeltest.Call) modeltest.Reply { return modeltest.Reply{Raw: []byte("<html>" + c.Key)} },
		"refused": func(modeltest.Call) modeltest.Reply { return modeltest.Reply{Status: 401} },
		"text":    func(c modeltest.Call) modeltest.Reply { return modeltest.Reply{Text: c.Key} },
	}
	for name, b := range behaviours {
		s.Behave(b)
		for _, provider := range []string{"anthropic", "openai", "ollama"} {
			for _, args := range [][]string{
				{"digest", file}, {"digest", file, "--format", "json"}, {"digest", file, "--post", "console:a", "--format", "json"},
				{"eval", file}, {"doctor"}, {"schedule", "why"},
			} {
				r := cli(t, env, "", append(args, "--writer", provider, "--log-level", "debug")...)
				if strings.Contains(r.stdout+r.stderr, goodKey) {
					t.Errorf("%s, %s, %v: %+v", name, provider, args, r)
				}
			}
		}
	}
}

func TestPromptsOfOnesOwn(t *testing.T) {
	t.Chdir(t.TempDir())
	file := bus(t)
	s, env := asked(t, "COLLOQUY_WRITER=openai")
	r := cli(t, nil, "", "prompts", "mine")
	if r.code != exitDone || !strings.Contains(r.stdout, filepath.Join("mine", "digest.tmpl")) || !strings.Contains(r.stderr, "--prompts mine") {
		t.Fatalf("%+v", r)
	}
	if r := cli(t, nil, "", "prompts", "mine"); r.code != exitFailed || !strings.Contains(r.stderr, "mine is not empty, and nothing is overwritten") {
		t.Errorf("%+v", r)
	}
	writer := func(args ...string) digestJSON {
		t.Helper()
		var d digestJSON
		r := cli(t, env, "", append([]string{"digest", file, "--format", "json"}, args...)...)
		if err := json.Unmarshal([]byte(r.stdout), &d); err != nil || d.Writer.Name != "openai" {
			t.Fatalf("%v: %+v", err, r)
		}
		return d
	}
	builtIn := writer()
	if same := writer("--prompts", "mine"); same.Writer != builtIn.Writer {
		t.Errorf("the same prompts are of another version: %+v, %+v", same.Writer, builtIn.Writer)
	}
	rules := filepath.Join("mine", "digest.txt")
	text, err := os.ReadFile(rules)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, rules, string(text)+"\nWrite as a gardener would.\n")
	seen := len(s.Calls())
	changed := writer("--prompts", "mine")
	if changed.Writer.PromptVersion == builtIn.Writer.PromptVersion || !strings.Contains(s.Calls()[seen].System, "as a gardener would") {
		t.Errorf("version %s as before, or another system prompt:\n%s", changed.Writer.PromptVersion, s.Calls()[seen].System)
	}
	writeFile(t, filepath.Join("mine", "digest.tmpl"), "{{.Nonsense")
	if r := cli(t, env, "", "digest", file, "--prompts", "mine"); r.code != exitUsage || !strings.Contains(r.stderr, filepath.Join("mine", "digest.tmpl")) || strings.Count(r.stderr, "\n") != 1 {
		t.Errorf("%+v", r)
	}
}

func TestDigestStopsWhenItIsTold(t *testing.T) {
	t.Chdir(t.TempDir())
	file := bus(t)
	s, env := asked(t)
	for _, command := range []string{"digest", "eval"} {
		ctx, cancel := context.WithCancel(t.Context())
		s.Behave(func(modeltest.Call) modeltest.Reply {
			cancel() // Ctrl-C while the model thinks
			return modeltest.Reply{Delay: time.Hour}
		})
		r := cliIn(ctx, env, "", command, file, "--writer", "anthropic")
		if r.code != exitFailed || strings.Count(r.stderr, "\n") != 1 || !strings.Contains(r.stderr, "stopped") {
			t.Errorf("%s: %+v", command, r)
		}
	}
}

func TestDoctorAsksTheModel(t *testing.T) {
	t.Chdir(t.TempDir())
	s, env := asked(t)
	contains(t, cli(t, nil, "", "doctor").stdout, "ok    writer: extractive: ")
	contains(t, cli(t, env, "", "doctor", "--writer", "openai").stdout, "ok    writer: openai small-1 answers; prompts ")
	r := cli(t, append([]string{"COLLOQUY_WRITER_MODEL=no-such"}, env...), "", "doctor", "--writer", "anthropic")
	contains(t, r.stdout, "WRONG writer: anthropic no-such: ", "\n      → ", "until then the extractive")
	r = cli(t, nil, "", "doctor", "--writer", "anthropic")
	contains(t, r.stdout, "WRONG writer: --writer: Anthropic needs a key\n      → set COLLOQUY_WRITER_KEY", "until then nothing is")
	if n := len(s.Calls()); n > 0 {
		t.Errorf("the doctor had the model write %d times", n)
	}

	writeFile(t, "colloquy.yaml", "writer:\n  use: openai\n  daily_tokens: 10\n  prices: {input: 1, output: 2}\n")
	env = append(env, "COLLOQUY_ALLOW_NETWORK=127.0.0.0/8")
	if r := cli(t, env, "", "digest", bus(t), "--post", "console:a"); r.code != exitDone {
		t.Fatalf("%+v", r)
	}
	flat := func(args ...string) string { return strings.Join(strings.Fields(cli(t, env, "", args...).stdout), " ") }
	contains(t, flat("doctor"), "note spent: today ", " tokens, for 0.0", "the limit of a day is 10 tokens", "used up by console")
	// The next article is the extractive writer's, and it is said why.
	writeFile(t, "rivers.txt", story)
	before := len(s.Calls())
	r = cli(t, env, "", "digest", "rivers.txt", "--post", "console:a", "--format", "json")
	if !strings.Contains(r.stdout, `"code": "budget"`) || len(s.Calls()) > before {
		t.Errorf("%d calls more: %s", len(s.Calls())-before, r.stdout)
	}
	contains(t, flat("schedule", "why"), "the limit of 10 tokens a day is used up")
	contains(t, flat("digest", "rivers.txt", "--post", "console:b"), "Posted in console:b", "Written by the extractive writer, because the limit of 10 tokens a day is used up")
}
