package store

import (
	"fmt"
	"math/bits"
	"strings"
)

// values collects rows for a VALUES list.
type values struct{ args []any }

func (v *values) add(row ...any) { v.args = append(v.args, row...) }

type valuesPart struct {
	text string
	args []any
}

// parts divides the rows into lists with numbered marks. Their lengths are powers
// of two, at most 256: a database that keeps statements prepared has few to keep. The
// first row of each says the types: PostgreSQL takes a mark alone for text.
func (v *values) parts(types ...string) []valuesPart {
	const most = 256
	columns := len(types)
	var out []valuesPart
	for rest := v.args; len(rest) > 0; {
		n := 1 << (bits.Len(uint(min(len(rest)/columns, most))) - 1)
		var b strings.Builder
		for i := range n * columns {
			switch {
			case i%columns == 0 && i > 0:
				b.WriteString("), (")
			case i%columns == 0:
				b.WriteString("(")
			default:
				b.WriteString(", ")
			}
			if i < columns {
				fmt.Fprintf(&b, "CAST($%d AS %s)", i+1, types[i])
			} else {
				fmt.Fprintf(&b, "$%d", i+1)
			}
		}
		b.WriteString(")")
		out = append(out, valuesPart{b.String(), rest[:n*columns]})
		rest = rest[n*columns:]
	}
	return out
}
