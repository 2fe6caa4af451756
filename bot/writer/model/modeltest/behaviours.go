package modeltest

import "sync/atomic"

// Empty answers without a word.
func Empty() func(Call) Reply { return Canned(Reply{}) }

// Canned answers always the same.
func Canned(r Reply) func(Call) Reply { return func(Call) Reply { return r } }

// Says answers by the schema's name.
func Says(bySchema map[string]string) func(Call) Reply {
	return func(c Call) Reply { return Reply{Text: bySchema[c.SchemaName]} }
}

// InTurn has the behaviours answer one call each; the last one answers the rest.
func InTurn(all ...func(Call) Reply) func(Call) Reply {
	var n atomic.Int64
	return func(c Call) Reply { return all[min(int(n.Add(1)), len(all))-1](c) }
}

// OneQuestion answers like [Good], with the first of the questions only.
func OneQuestion() func(Call) Reply {
	return func(c Call) Reply {
		o := goodOutput(c)
		o.Questions = o.Questions[:min(1, len(o.Questions))]
		return Reply{Text: o.JSON(c.SchemaName)}
	}
}

// AlwaysFails answers in good form what no check lets through, in repairs too.
func AlwaysFails() func(Call) Reply { return NewLiar(1, 1, "no_such_evidence", "link").Reply }

// Fenced puts what f answers between fences, as models do that like Markdown.
func Fenced(f func(Call) Reply) func(Call) Reply {
	return changed(f, func(s string) string { return "```json\n" + s + "\n```" })
}

// Preceded says something before what f answers.
func Preceded(f func(Call) Reply) func(Call) Reply {
	return changed(f, func(s string) string { return "Sure! Here is the JSON you asked for:\n\n" + s })
}

// Broken leaves out the end of what f answers, which so is no JSON, and says that it is all.
func Broken(f func(Call) Reply) func(Call) Reply {
	return changed(f, func(s string) string { return whole(s[:len(s)*2/3]) })
}

// OtherSchema answers JSON that has nothing of what is asked for.
func OtherSchema() func(Call) Reply {
	return Canned(Reply{Text: `{"title":"A digest","points":["one","two"],"confidence":0.9}`})
}

func changed(f func(Call) Reply, change func(string) string) func(Call) Reply {
	return func(c Call) Reply {
		r := f(c)
		r.Text = change(r.Text)
		return r
	}
}
