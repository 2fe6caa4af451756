package modeltest

import (
	"hash/maphash"
	"strings"
	"time"
)

const bytesPerToken = 4

func tokens(bytes int) int { return (bytes + bytesPerToken - 1) / bytesPerToken }

// What is assumed of prompt caches.
const (
	cacheFrom   = 1024            // tokens below which nothing is cached
	cacheStep   = 128             // of OpenAI's prefixes, in tokens
	cacheLife   = 5 * time.Minute // of Anthropic's entries, from their last use
	cacheLife1h = time.Hour
)

// A mark is the end of a block that the client wants cached with all before it.
type mark struct {
	end  int // bytes of the prompt
	life time.Duration
}

type cacheRule int

const (
	cacheNone cacheRule = iota
	cacheMarked
	cachePrefix
)

// caches are the prompt caches of both providers that have them.
type caches struct {
	seed   maphash.Seed
	marked map[uint64]time.Time // until when
	prefix map[uint64]bool
}

func newCaches() caches {
	return caches{seed: maphash.MakeSeed(), marked: map[uint64]time.Time{}, prefix: map[uint64]bool{}}
}

// prompt is all that the model reads, in order.
func (c Call) prompt() string {
	var b strings.Builder
	b.Write(c.Schema)
	b.WriteString(c.System)
	for _, t := range c.Turns {
		b.WriteString(t.Text)
	}
	return b.String()
}

func promptBytes(c Call) int {
	n := len(c.Schema) + len(c.System)
	for _, t := range c.Turns {
		n += len(t.Text)
	}
	return n
}

// use counts a call's prompt, and keeps what is cached of it. The lock is held.
func (k *caches) use(rule cacheRule, c Call, now time.Time) Usage {
	text := c.prompt()
	all := tokens(len(text))
	var u Usage
	switch rule {
	case cacheMarked:
		u.CacheRead, u.CacheWrite = k.useMarked(c, text, now)
	case cachePrefix:
		u.CacheRead = k.usePrefix(c, text)
	}
	u.Input = int64(all) - u.CacheRead - u.CacheWrite
	return u
}

func (k *caches) useMarked(c Call, text string, now time.Time) (read, write int64) {
	for _, m := range c.marks {
		n := tokens(m.end)
		if n < cacheFrom {
			continue
		}
		key := k.hash(c, text[:m.end])
		if until, ok := k.marked[key]; ok && now.Before(until) {
			read, write = int64(n), 0
		} else {
			write = int64(n) - read
		}
		k.marked[key] = now.Add(m.life)
	}
	return read, write
}

func (k *caches) usePrefix(c Call, text string) (read int64) {
	var h maphash.Hash
	h.SetSeed(k.seed)
	_, _ = h.WriteString(c.Key + "\x00" + c.Model + "\x00")
	at := 0
	for n := cacheFrom; n*bytesPerToken <= len(text); n += cacheStep {
		_, _ = h.WriteString(text[at : n*bytesPerToken])
		at = n * bytesPerToken
		if sum := h.Sum64(); k.prefix[sum] {
			read = int64(n)
		} else {
			k.prefix[sum] = true
		}
	}
	return read
}

func (k *caches) hash(c Call, text string) uint64 {
	var h maphash.Hash
	h.SetSeed(k.seed)
	_, _ = h.WriteString(c.Key + "\x00" + c.Model + "\x00" + text)
	return h.Sum64()
}
