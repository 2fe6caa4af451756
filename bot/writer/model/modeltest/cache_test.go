package modeltest

import (
	"strings"
	"testing"
	"time"
)

func TestAnthropicCachesWhatIsMarked(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	s := New(t, Options{Now: func() time.Time { return now }})
	mark := obj{"type": "ephemeral"}
	with := func(bytes int, mark any) endpoint {
		block := obj{"type": "text", "text": strings.Repeat("s", bytes)}
		if mark != nil {
			block["cache_control"] = mark
		}
		return endpoints()[0].with(obj{"system": []obj{block}, "output_config": nil})
	}
	steps := []struct {
		name               string
		after              time.Duration
		e                  endpoint
		read, write, input int64
	}{
		{"first", 0, with(8000, mark), 0, 2000, 2},
		{"again", 4 * time.Minute, with(8000, mark), 2000, 0, 2},
		{"kept by its use", 4 * time.Minute, with(8000, mark), 2000, 0, 2},
		{"expired", 5 * time.Minute, with(8000, mark), 0, 2000, 2},
		{"not marked", 0, with(8000, nil), 0, 0, 2002},
		{"another text", 0, with(8004, mark), 0, 2001, 2},
		{"too short", 0, with(4092, mark), 0, 0, 1025},
		{"another model", 0, with(8000, mark).with(obj{"model": "claude-opus-5-5"}), 0, 2000, 2},
	}
	for _, st := range steps {
		now = now.Add(st.after)
		_, body, err := st.e.post(t, s)
		if err != nil {
			t.Fatal(err)
		}
		_, _, u := heard(t, st.e, body)
		if u["cache_read_input_tokens"] != st.read || u["cache_creation_input_tokens"] != st.write || u["input_tokens"] != st.input {
			t.Errorf("%s: %v, want read %d, write %d, input %d", st.name, u, st.read, st.write, st.input)
		}
	}
}

func TestOpenAICachesPrefixes(t *testing.T) {
	s := New(t, Options{})
	with := func(system, article int, last string) endpoint {
		return endpoints()[1].with(obj{"response_format": nil, "messages": []obj{{"role": "system", "content": strings.Repeat("s", system)},
			{"role": "user", "content": strings.Repeat("a", article) + last}}})
	}
	steps := []struct {
		e           endpoint
		cached, all int64
	}{
		{with(6000, 400, "x"), 0, 1601},
		{with(6000, 400, "y"), 1536, 1601},
		{with(6000, 0, strings.Repeat("b", 400)), 1408, 1600},
		{with(4000, 0, "x"), 0, 1001},
	}
	for i, st := range steps {
		_, body, err := st.e.post(t, s)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, u := heard(t, st.e, body); u["cached_tokens"] != st.cached || u["prompt_tokens"] != st.all {
			t.Errorf("request %d: %v, want %d of %d", i+1, u, st.cached, st.all)
		}
	}
}
