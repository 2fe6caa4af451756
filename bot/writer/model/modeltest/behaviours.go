package modeltest

import "sync/atomic"

// Empty answers without a word.
func Empty() func(Call) Reply { return Canned(Reply{}) }

// Canned answers always the same.
func Canned(r Reply) func(Call) Reply { return func(Call) Reply { return r } }

// Says is [Canned] for what answers of each schema say, by the schema's name.
func Says(bySchema map[string]string) func(Call) Reply {
	return func(c Call) Reply { return Reply{Text: bySchema[c.SchemaName]} }
}

// OneQuestion answers like [Good], with the first of the questions only.
func OneQuestion() func(Call) Reply {
	return func(c Call) Reply {
		o := goodOutput(c)
		o.Questions = o.Questions[:min(1, len(o.Questions))]
		return Reply{Text: o.JSON(c.SchemaName)}
	}
}

// AlwaysFails answers in good form what no check lets through.
func AlwaysFails() func(Call) Reply { return NewLiar(1, 1).Reply }

// InTurn has the behaviours answer one call each; the last one answers the rest.
func InTurn(all ...func(Call) Reply) func(Call) Reply {
	var n atomic.Int64
	return func(c Call) Reply { return all[min(int(n.Add(1)), len(all))-1](c) }
}
