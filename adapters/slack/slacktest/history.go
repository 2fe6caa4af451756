package slacktest

import "strconv"

// window are the bounds of a listing, exclusive unless inclusive.
type window struct {
	oldest, latest string
	inclusive      bool
}

func (w window) has(ts string) bool {
	if w.inclusive && (ts == w.oldest || ts == w.latest) {
		return true
	}
	return ts > w.oldest && (w.latest == "" || ts < w.latest)
}

// bounds reads oldest and latest, which may lack digits.
func (q *request) bounds() (window, error) {
	w := window{inclusive: q.flag("inclusive", false)}
	for name, p := range map[string]*string{"oldest": &w.oldest, "latest": &w.latest} {
		v := q.arg(name)
		if v == "" || v == "0" {
			continue
		}
		us, err := micros(v)
		if err != nil {
			return w, refuse("invalid_ts_" + name)
		}
		*p = formatTS(us)
	}
	return w, nil
}

// micros reads a timestamp without losing digits.
func micros(ts string) (int64, error) {
	whole, rest := ts, ""
	for i := range ts {
		if ts[i] == '.' {
			whole, rest = ts[:i], ts[i+1:]
			break
		}
	}
	sec, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return 0, err
	}
	us, err := strconv.ParseInt((rest + "000000")[:6], 10, 64)
	return sec*1e6 + us, err
}

// readable finds the channel whose messages are asked for.
func (s *Server) readable(q *request) (*channel, error) {
	c, err := s.looked(q, "history")
	if err != nil {
		return nil, err
	}
	if !c.has(q.in.botUser) {
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

func (s *Server) pageSize(q *request, otherwise, most int) int {
	if s.o.HistoryRule {
		otherwise, most = 15, 15
	}
	return q.number("limit", otherwise, most)
}

// history are the messages of a channel, newest first, without replies that are
// only in threads.
func history(s *Server, q *request) (obj, error) {
	c, err := s.readable(q)
	if err != nil {
		return nil, err
	}
	w, err := q.bounds()
	if err != nil {
		return nil, err
	}
	before, err := cursor(q.arg("cursor"), "next_ts")
	if err != nil {
		return nil, refuse("invalid_cursor")
	}
	size, out, next := s.pageSize(q, 100, 999), []obj{}, ""
	v := s.viewOf(q)
	for i := len(c.messages) - 1; i >= 0; i-- {
		m := c.messages[i]
		if m.isReply() && !m.broadcast || !w.has(m.ts) || before > 0 && m.ts >= formatTS(int64(before)) {
			continue
		}
		if len(out) == size {
			us, _ := micros(out[size-1]["ts"].(string))
			next = makeCursor("next_ts", strconv.FormatInt(us, 10))
			break
		}
		out = append(out, s.messageObj(m, v))
	}
	return page(out, next), nil
}

func page(out []obj, next string) obj {
	o := obj{"messages": out, "has_more": next != "", "pin_count": 0}
	if next != "" {
		o["response_metadata"] = obj{"next_cursor": next}
	}
	return o
}

// replies are the parent, on every page, and the replies of a thread, oldest first.
func replies(s *Server, q *request) (obj, error) {
	c, err := s.readable(q)
	if err != nil {
		return nil, err
	}
	w, err := q.bounds()
	if err != nil {
		return nil, err
	}
	p := c.byTS[q.arg("ts")]
	if p != nil && p.isReply() {
		p = c.byTS[p.thread]
	}
	if p == nil {
		return nil, refuse("thread_not_found")
	}
	after, err := cursor(q.arg("cursor"), "next_ts")
	if err != nil {
		return nil, refuse("invalid_cursor")
	}
	v := s.viewOf(q)
	size, out, next := s.pageSize(q, 1000, 1000), []obj{s.messageObj(p, v)}, ""
	for _, m := range p.replies {
		if !w.has(m.ts) || after > 0 && m.ts < formatTS(int64(after)) {
			continue
		}
		if len(out) >= max(2, size) { // the parent counts, but a page is never without a reply
			us, _ := micros(m.ts)
			next = makeCursor("next_ts", strconv.FormatInt(us, 10))
			break
		}
		out = append(out, s.messageObj(m, v))
	}
	return page(out, next), nil
}

// viewOf is what a request gets to see of messages.
func (s *Server) viewOf(q *request) sight {
	return sight{metadata: q.flag("include_all_metadata", false) &&
		(!s.o.MetadataScope || q.may("metadata.message:read"))}
}
