package bot

// Spent is what asking a language model took. The zero value is that of a
// writer that asks none.
type Spent struct {
	Calls      int   `json:"calls"`       // requests sent, those that failed or were repeated included
	Input      int64 `json:"input"`       // tokens read that came from no cache
	CacheRead  int64 `json:"cache_read"`  // tokens read from the provider's cache
	CacheWrite int64 `json:"cache_write"` // tokens read and put into that cache
	Output     int64 `json:"output"`      // tokens written
	Cost       int64 `json:"cost"`        // in millionths of the currency of the prices that were set; 0 without prices
}

// Tokens is how many tokens were read and written, from caches or not.
func (s Spent) Tokens() int64 { return s.Input + s.CacheRead + s.CacheWrite + s.Output }

// Plus is what s and v took together.
func (s Spent) Plus(v Spent) Spent {
	return Spent{
		Calls: s.Calls + v.Calls, Input: s.Input + v.Input, CacheRead: s.CacheRead + v.CacheRead,
		CacheWrite: s.CacheWrite + v.CacheWrite, Output: s.Output + v.Output, Cost: s.Cost + v.Cost,
	}
}

// A Fallback says why the extractive writer wrote what a model was to write.
// The zero value says that nothing of the kind happened.
type Fallback struct {
	Code string `json:"code,omitempty"` // stable, such as "overloaded", "refused" or "budget"
	Text string `json:"text,omitempty"` // one line for people: what, why, and what to do
	// Passing: it was not for this text, so that the same text may be written by
	// the model another time.
	Passing bool `json:"passing,omitempty"`
}
