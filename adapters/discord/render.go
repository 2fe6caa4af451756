package discord

import (
	"context"
	"strings"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// Discord's limits for a message, in characters; text.Units are never fewer.
const (
	maxContent     = 2000
	maxTitle       = 256
	maxAuthor      = 256
	maxFooter      = 2048
	maxDescription = 4096
	maxEmbeds      = 6000 // over all parts of all embeds together
	maxURL         = 1500 // ours: so that two of them fit
	maxLabel       = 80
	maxRows        = 5
	perRow         = 5
)

// accent is the colour at the edge of an embed.
const accent = 0x2E86AB

// An outgoing is a message as it is sent, to make one or to change it. No field
// is left out when it is empty, since an edit would leave what was there.
type outgoing struct {
	Content    string   `json:"content"`
	Embeds     []embed  `json:"embeds"`
	Components []row    `json:"components"`
	Mentions   mentions `json:"allowed_mentions"`
	Flags      int      `json:"flags,omitempty"`         // of an answer to an interaction
	Nonce      string   `json:"nonce,omitempty"`         // of a new message
	Enforce    bool     `json:"enforce_nonce,omitempty"` // gives the message that has the nonce already
}

// mentions say who is notified: nobody but Roles. Parse is never nil.
type mentions struct {
	Parse []string `json:"parse"`
	Roles []string `json:"roles,omitempty"`
}

type embed struct {
	Author      *embedAuthor `json:"author,omitempty"`
	Title       string       `json:"title,omitempty"`
	URL         string       `json:"url,omitempty"`
	Description string       `json:"description,omitempty"`
	Color       int          `json:"color"`
	Image       *embedImage  `json:"image,omitempty"`
	Footer      *embedFooter `json:"footer,omitempty"`
}

type embedAuthor struct {
	Name string `json:"name"`
}

type embedImage struct {
	URL string `json:"url"`
}

type embedFooter struct {
	Text string `json:"text"`
}

// render is m as a post with a key: every post has a component, so that it can
// be found by its key. A message with a title, a source or a picture is an embed, and
// so is one that is too long for plain words. What is too long for that is cut.
func (a *Adapter) render(ctx context.Context, m bot.Message, key string) outgoing {
	out := newOutgoing()
	out.Components = a.rows(ctx, key, m.Buttons)
	if len(out.Components) == 0 && key != "" {
		out.Components = a.rows(ctx, key, []bot.Button{{Label: "Your data", Command: "privacy"}})
	}
	ping := ""
	if isSnowflake(m.Ping) {
		ping = "<@&" + m.Ping + ">"
	}
	if !isEmbed(m) {
		if said := strings.TrimSpace(ping + "\n" + join(blocks(m, false))); text.Units(said) <= maxContent {
			out.Content = placeholder(said)
			return out
		}
	}
	e := frame(m)
	e.Description = join(fit(blocks(m, true), e.room()))
	if e.units() == 0 && e.Image == nil {
		e.Description = placeholder("")
	}
	out.Content, out.Embeds = ping, []embed{e}
	return out
}

// renderAll is an answer, which no key names: what is too long for one message
// goes on in the next, and the buttons are below the last one.
func (a *Adapter) renderAll(ctx context.Context, m bot.Message) []outgoing {
	m.Ping = ""
	first := a.render(ctx, m, "")
	parts, e := blocks(m, true), frame(m)
	if len(first.Embeds) == 0 || text.Units(join(parts)) <= e.room() {
		return []outgoing{first}
	}
	var all []outgoing
	for i, page := range pages(parts, maxDescription-maxTitle-maxAuthor) {
		out := newOutgoing()
		out.Embeds = []embed{{Color: accent, Description: page}}
		if i == 0 {
			e.Description, e.Footer = page, nil
			out.Embeds[0] = e
		}
		all = append(all, out)
	}
	last := &all[len(all)-1]
	last.Embeds[0].Footer, last.Components = first.Embeds[0].Footer, first.Components
	return all
}

// plainer takes away the addresses in which Discord may have found a fault, and
// reports whether there are any: a post without a picture is better than none.
// Where the link leads still stands above the title.
func (o *outgoing) plainer() bool {
	found := false
	for i := range o.Embeds {
		e := &o.Embeds[i]
		found = found || e.URL != "" || e.Image != nil
		e.URL, e.Image = "", nil
	}
	return found
}

func newOutgoing() outgoing {
	return outgoing{Embeds: []embed{}, Components: []row{}, Mentions: mentions{Parse: []string{}}}
}

// placeholder stands where there is nothing to see, which Discord refuses.
func placeholder(s string) string {
	if text.Visible(s) {
		return s
	}
	return "…"
}

func isEmbed(m bot.Message) bool {
	return text.Visible(m.Title) || text.Visible(m.Source) || imageURL(m) != ""
}

// frame is what stands around the words of m in an embed.
func frame(m bot.Message) embed {
	e := embed{Color: accent}
	if text.Visible(m.Title) {
		e.Title = escape(text.Cut(text.Inline(m.Title), maxTitle, escaped))
		e.URL = linkURL(m.Link)
	}
	if s := source(m); text.Visible(s) {
		e.Author = &embedAuthor{Name: text.Label(s, maxAuthor, text.Units)}
	}
	if u := imageURL(m); u != "" {
		e.Image = &embedImage{URL: u}
	}
	if f := ownWords(text.Inline(m.Footer)); text.Visible(f) && inFooter(m) {
		e.Footer = &embedFooter{Text: text.Cut(f, maxFooter, text.Units)}
	}
	return e
}

// source is the line above the title. It names where a link leads, since the link
// itself is not seen.
func source(m bot.Message) string {
	host := text.Host(m.Link)
	switch s := strings.TrimSpace(m.Source); {
	case linkURL(m.Link) == "" || strings.Contains(s, host) && text.Units(text.Inline(s)) < maxAuthor:
		return s
	case s == "":
		return host
	default:
		return host + " · " + s // first, so that it is never cut off
	}
}

// linkURL and imageURL are addresses that Discord takes in an embed.
func linkURL(u string) string { return text.PublicLink(u, maxURL) }

func imageURL(m bot.Message) string { return linkURL(m.Image) }

// room is how long the description of e can be.
func (e embed) room() int { return min(maxDescription, maxEmbeds-e.units()) }

// units is how much of the limit for all embeds e takes.
func (e embed) units() int {
	n := text.Units(e.Title) + text.Units(e.Description)
	if e.Author != nil {
		n += text.Units(e.Author.Name)
	}
	if e.Footer != nil {
		n += text.Units(e.Footer.Text)
	}
	return n
}
