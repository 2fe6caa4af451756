package writer

import (
	"testing"
	"unicode/utf8"

	"colloquy/bot"
	"colloquy/bot/writer/model/modeltest"
	"colloquy/prompts"
)

// Whatever a model answers, nothing fails, and what is kept passed the checks.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(tramDigest().JSON("digest")))
	f.Add([]byte(modeltest.Output{}.JSON("digest")))
	f.Add([]byte(`{"summary":[{"text":"“\u202e”","sentences":[1,-1,99999999999999]}],"questions":[{"text":"?","move":"","sentences":[]}]}`))
	f.Add([]byte(`{"summary":null,"questions":null}`))
	f.Add([]byte(`{"summary":[],"questions":[]}{}`))
	f.Add([]byte("\xff\xfe[]"))
	p, err := prompts.LoadTemplates("")
	if err != nil {
		f.Fatal(err)
	}
	w := NewLLM(LLMOptions{Prompts: p, Offline: newWriter(f)})
	base, err := w.offline.Digest(f.Context(), newsEnglish(), bot.Brief{})
	if err != nil {
		f.Fatal(err)
	}
	asked := w.newTask(newsEnglish(), bot.Brief{}, base)
	f.Fuzz(func(t *testing.T, answer []byte) {
		task := *asked
		d, err := decodeDraft(answer, len(base.Sentences))
		if err != nil {
			return
		}
		task.draft = d
		task.review()
		task.wanting()
		task.draft.summary = replace(task.draft.summary, d.summary)
		task.review()
		for _, s := range task.summary() {
			if f := task.check.evidence(s.Evidence, len(base.Sentences)); f.failed() || !utf8.ValidString(s.Text) {
				t.Errorf("%+v %q", f, s.Text)
			}
		}
		questions, spares, _ := task.set(base.Summary)
		if len(questions) > task.questions || len(spares) > task.spares || len(questions) == 0 {
			t.Errorf("%d questions, %d spares", len(questions), len(spares))
		}
	})
}
