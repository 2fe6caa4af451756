package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Model says which language model is asked; ok is false where none is set up.
func (e *Engine) Model() (w WriterInfo, ok bool) {
	w = e.writer.Version()
	return w, w.Name != e.offline.Version().Name
}

// recapModel names the model to which what is written in a discussion that is
// opened now may be sent for its recap; see [Rules.RecapModel].
func (e *Engine) recapModel(p Preferences) string {
	w, ok := e.Model()
	if !ok || p.RecapWriter != RecapLLM {
		return ""
	}
	return w.Name + "/" + w.Model
}

// modelName is what people are told of a [Rules.RecapModel].
func modelName(recapModel string) string {
	_, model, _ := strings.Cut(recapModel, "/")
	return shownModel(model)
}

// shownModel is the name of a model in small print, which has little room.
func shownModel(name string) string {
	const most = 60
	return clip(name, most)
}

// recapWriter gives who writes the recap of d. That is a model only if its root
// post named it, it is the one that is set up, managers have not gone back since,
// and the installation's budget is not used up, which why says.
func (e *Engine) recapWriter(ctx context.Context, d Discussion) (w Writer, why Fallback, err error) {
	if d.Rules.RecapModel == "" {
		return e.offline, why, nil
	}
	i, err := e.store.Installation(ctx, d.Channel.Platform, d.Channel.Workspace)
	if err != nil {
		return nil, why, fmt.Errorf("look up who writes recaps: %w", err)
	}
	if e.recapModel(i.Preferences) != d.Rules.RecapModel {
		return e.offline, why, nil
	}
	if why, err = e.overBudget(ctx, d.Channel); err != nil || why.Code != "" {
		return e.offline, why, err
	}
	return e.writer, why, nil
}

// askRecap has the recap of d written from in by whoever may read it.
func (e *Engine) askRecap(ctx context.Context, d Discussion, in RecapInput) (Recap, error) {
	w, why, err := e.recapWriter(ctx, d)
	if err != nil {
		return Recap{}, err
	}
	wctx, cancel := context.WithTimeout(ctx, e.set.WriteTimeout)
	defer cancel()
	if w.Version() != e.offline.Version() {
		qctx, stop := context.WithTimeoutCause(wctx, e.set.WriteTimeout/2, errBusy)
		defer stop()
		if err := e.askers.take(qctx); err != nil {
			return Recap{}, context.Cause(qctx)
		}
		defer e.askers.give()
		// Managers may have gone back meanwhile, people withdrawn, and the budget be used up.
		if w, why, err = e.recapWriter(ctx, d); err != nil {
			return Recap{}, err
		}
		now, err := e.recapInput(ctx, d)
		if err != nil {
			return Recap{}, err
		}
		in = now.RecapInput
	}
	v := w.Version()
	r, err := w.Recap(wctx, in)
	if v == e.offline.Version() {
		r.Fallback = why
		return r, err
	}
	e.charge(ctx, d.Channel, SpentRecap, r.Spent, v)
	if err == nil {
		e.heard(ctx, v, r.Spent, r.Fallback)
	}
	return r, err
}

// Remark says, in English and for those who decide, why no model wrote a recap
// that one was to write; nothing where that is not so.
func (r Recap) Remark() string {
	if r.Fallback.Code == "" {
		return ""
	}
	return "The extractive writer wrote it instead of the language model: " + strings.TrimSuffix(r.Fallback.Text, ".") + "."
}

// recapRemark is the remark on the recap of d, behind what stands in small print already.
func (e *Engine) recapRemark(ctx context.Context, d Discussion, footer string) (string, error) {
	r, _, err := e.store.Recap(ctx, d.ID)
	return strings.TrimSpace(footer + " " + r.Remark()), err
}

// SettingsRemark says, in English and for those who decide, what it means that a
// language model is to write the recaps, when that was changed or, without
// changes, is shown; nothing where none is to.
func (e *Engine) SettingsRemark(p Preferences, changes []string) string {
	about := func(change string) bool { return strings.HasPrefix(change, recapWriterOption+": ") }
	switch w, ok := e.Model(); {
	case p.RecapWriter != RecapLLM, len(changes) > 0 && !slices.ContainsFunc(changes, about):
		return ""
	case !ok:
		return "No language model is set up, so recaps stay extractive until whoever runs Colloquy sets one up."
	default:
		return sentForRecaps(shownModel(w.Model)) + " Each root post says so; where one does not, because it was posted before, the recap stays extractive."
	}
}

func sentForRecaps(model string) string {
	return fmt.Sprintf("For recaps, replies are sent without their authors' names to the provider of the language model %s.", model)
}
