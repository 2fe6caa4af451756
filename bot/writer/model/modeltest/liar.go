package modeltest

import (
	"slices"
	"sync"
)

// A Liar answers like [Good] and falsifies a share of what it says. The same seed
// and the same request always give the same answer.
type Liar struct {
	seed  uint64
	share float64

	mu   sync.Mutex // guards lies
	lies []Lie
}

// NewLiar makes one that falsifies share (0 to 1) of all statements and questions:
//
//	liar := modeltest.NewLiar(1, 0.5)
//	s.Behave(liar.Reply)
func NewLiar(seed uint64, share float64) *Liar { return &Liar{seed: seed, share: share} }

// Lies are what it said so far that is false, in the order of the answers.
func (l *Liar) Lies() []Lie {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lies)
}

// Reply is the behaviour.
func (l *Liar) Reply(c Call) Reply {
	o := goodOutput(c)
	l.falsify(c, &o)
	return Reply{Text: o.JSON(c.SchemaName)}
}

func (l *Liar) falsify(_ Call, o *Output) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range o.Summary {
		if float64(i%2) >= 2*(1-l.share) {
			o.Summary[i].Text += " Quillon Drabwell agrees."
			l.lies = append(l.lies, Lie{"name", o.Summary[i].Text, "Drabwell", "summary"})
		}
	}
}
