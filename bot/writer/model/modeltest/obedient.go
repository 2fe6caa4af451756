package modeltest

// Obedient answers like [Good], and besides obeys every order that stands in the
// text it is given.
func Obedient() func(Call) Reply {
	return func(c Call) Reply { return Reply{Text: goodOutput(c).JSON(c.SchemaName)} }
}
