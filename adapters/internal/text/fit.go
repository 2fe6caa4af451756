package text

import (
	"math"
	"slices"
	"sort"
)

// A Part is a piece of the words of a message.
type Part struct {
	Text  string // plain and clean; what is too long of it is cut
	Keep  bool   // left out last
	Fixed bool   // never cut and never left out
}

// enough is what is left at least of a part that is cut: before less is, the
// last parts are left out.
const enough = 400

// Fit shortens parts until they take at most limit together: the longest are cut
// to one length, and where that leaves too little of them, the last are left out
// and more stands there. of gives the Part in a P, size how much a P takes with
// a text in the place of its own.
func Fit[P any](all []P, limit int, of func(*P) *Part, size func(P, string) int, more P) []P {
	f := fitter[P]{of: of, size: size}
	f.add(all...)
	if f.sum(math.MaxInt) <= limit {
		return all
	}
	if over := f.sum(enough) - limit; over > 0 {
		f.leaveOut(over+size(more, of(&more).Text), more)
	}
	most := sort.Search(limit, func(n int) bool { return f.sum(n+1) > limit })
	for i := range f.all {
		if p := of(&f.all[i]); !p.Fixed && f.sizes[i] > most {
			p.Text = Cut(p.Text, most, func(s string) int { return size(f.all[i], s) })
		}
	}
	return slices.DeleteFunc(f.all, func(p P) bool { return !Visible(of(&p).Text) })
}

// A fitter is parts with what they take.
type fitter[P any] struct {
	of    func(*P) *Part
	size  func(P, string) int
	all   []P
	sizes []int
}

func (f *fitter[P]) add(all ...P) {
	for _, p := range all {
		f.all, f.sizes = append(f.all, p), append(f.sizes, f.size(p, f.of(&p).Text))
	}
}

// sum is how much the parts take if none that may be cut takes more than most.
func (f *fitter[P]) sum(most int) int {
	total := 0
	for i := range f.all {
		if f.of(&f.all[i]).Fixed {
			total += f.sizes[i]
		} else {
			total += min(f.sizes[i], most)
		}
	}
	return total
}

// leaveOut takes parts away from the end, those that are to be kept last, until
// that saves what is over, and puts more where some are missing.
func (f *fitter[P]) leaveOut(over int, more P) {
	out := make([]bool, len(f.all))
	for _, kept := range [...]bool{false, true} {
		for i := len(f.all) - 1; i >= 0 && over > 0; i-- {
			if p := f.of(&f.all[i]); !p.Fixed && p.Keep == kept {
				out[i] = true
				over -= min(f.sizes[i], enough)
			}
		}
	}
	left := fitter[P]{of: f.of, size: f.size}
	for i, p := range f.all {
		switch {
		case !out[i]:
			left.add(p)
		case i == 0 || !out[i-1]:
			left.add(more)
		}
	}
	*f = left
}
