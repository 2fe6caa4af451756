package slack

import (
	"context"
	"strings"

	"github.com/slack-go/slack"

	"colloquy/adapters/internal/text"
	"colloquy/bot"
)

// Slack's limits for a message, in characters; text.Units are never fewer.
const (
	maxBlocks  = 50
	maxHeader  = 150
	maxText    = 3000 // of one text in a block
	maxContext = 10   // elements of a context block
	maxURL     = 2000 // ours; Slack takes 3000
	maxLabel   = 75   // of a button
	maxButtons = 25   // in one block
	maxPlain   = 4000 // of the text beside the blocks; chat.update refuses more
	maxFooter  = 1000 // ours
	maxSource  = 300  // ours
	// maxWords is ours for all words of a message together. Slack's own limit is
	// not documented: 13,000 characters are refused (msg_blocks_too_long), and
	// people have met it at 11,000.
	maxWords = 8000
	// fewWords is what a message gets that was refused all the same.
	fewWords = 2500
	// least is left for the words of a message in any case.
	least = 500
)

// An outgoing is a message as it is sent.
type outgoing struct {
	Text   string        `json:"text"` // beside the blocks, for notifications and screen readers
	Blocks []slack.Block `json:"blocks"`
}

// A look is how a message is rendered.
type look struct {
	key     string // of the post; empty for an answer
	ping    bool   // whether the message may notify whom it says
	plainer bool   // without a picture, and short
	private bool   // only one person sees it, so that mentions notify nobody
}

func (l look) words() int {
	if l.plainer {
		return fewWords
	}
	return maxWords
}

// render is m as one message. What is too long for that is cut.
func (a *Adapter) render(ctx context.Context, m bot.Message, l look) outgoing {
	if !l.ping || !isGroup(m.Ping) {
		m.Ping = ""
	}
	f := frameOf(m, l)
	f.actions = a.actions(ctx, l.key, m.Buttons)
	return f.around(fit(pieces(m, l.private), f.room(l.words())), l)
}

// renderAll is an answer, which no key names: what is too long for one message
// goes on in the next, and the small print and the buttons are below the last one.
// private says that only one person sees it.
func (a *Adapter) renderAll(ctx context.Context, m bot.Message, private bool) []outgoing {
	m.Ping = ""
	l := look{private: private}
	f := frameOf(m, l)
	f.actions = a.actions(ctx, "", m.Buttons)
	pages := divide(pieces(m, private), f.room(l.words()))
	var all []outgoing
	for i, page := range pages {
		part := f
		if i > 0 {
			part = frame{}
		}
		part.footer, part.actions = nil, nil
		if i == len(pages)-1 {
			part.footer, part.actions = f.footer, f.actions
		}
		all = append(all, part.around(page, l))
	}
	return all
}

// A frame is what stands around the words of a message.
type frame struct {
	ping    string // id of a group
	title   string
	source  string // where the link leads, as words
	link    string
	image   string
	footer  slack.Block // nil: none
	small   string      // the small print, as it is read out
	actions slack.Block // nil: none
}

func frameOf(m bot.Message, l look) frame {
	f := frame{ping: m.Ping, link: linkURL(m.Link)}
	if text.Visible(m.Title) {
		f.title = text.Cut(text.Inline(m.Title), maxHeader, text.Units)
	}
	if s := source(m); text.Visible(s) {
		f.source = text.Label(s, maxSource, text.Units)
	}
	if f.title == "" && f.source == "" { // the link stands below the words
		f.link = ""
	}
	if !l.plainer {
		f.image = imageURL(m.Image)
	}
	f.footer, f.small = smallPrint(m)
	return f
}

// source is the line below the title. It names where the link leads, whatever
// the article calls its publisher.
func source(m bot.Message) string {
	host := text.Host(m.Link)
	switch s := strings.TrimSpace(m.Source); {
	case linkURL(m.Link) == "" || strings.Contains(s, host) && text.Units(text.Inline(s)) < maxSource:
		return s
	case s == "" && text.Visible(m.Title):
		return host
	case s == "":
		return ""
	default:
		return host + " · " + s // first, so that it is never cut off
	}
}

// smallPrint is the small print as a block, with its link whole at the end, and
// as it is read out.
func smallPrint(m bot.Message) (slack.Block, string) {
	var elements []slack.MixedElement
	said := text.Cut(text.Inline(m.Footer), maxFooter, text.Units)
	if text.Visible(said) {
		elements = smallWords(said)
	}
	if u := linkURL(m.FooterLink); u != "" {
		elements = append(elements, mrkdwn("<"+plain(strings.ReplaceAll(u, "|", "%7C"))+">"))
		said = strings.TrimSpace(said + " " + u)
	}
	if len(elements) == 0 {
		return nil, ""
	}
	return slack.NewContextBlock("", elements...), said
}

// smallWords are words of ours as elements of a context block, with the channels
// in them as links.
func smallWords(s string) []slack.MixedElement {
	const most = maxContext - 1 // the address is one more
	var out []slack.MixedElement
	for _, e := range ownElements(s, false) {
		switch e := e.(type) {
		case *slack.RichTextSectionTextElement:
			if t := strings.TrimSpace(e.Text); t != "" && t != "." { // a full stop would stand apart
				out = append(out, plainText(t))
			}
		case *slack.RichTextSectionChannelElement:
			out = append(out, mrkdwn("<#"+e.ChannelID+">"))
		}
	}
	if len(out) > most {
		return []slack.MixedElement{plainText(s)}
	}
	return out
}

// mrkdwn is markup of our own making.
func mrkdwn(s string) *slack.TextBlockObject {
	return &slack.TextBlockObject{Type: slack.MarkdownType, Text: s, Verbatim: true}
}

// room is how much of words is left for what stands in the frame.
func (f frame) room(words int) int {
	return max(least, words-text.Units(f.title)-text.Units(f.source)-text.Units(f.link)-text.Units(f.small))
}

// around puts the frame around words, and makes both what is seen and what is
// read out.
func (f frame) around(all []piece, l look) outgoing {
	blocks, said := f.above()
	if len(all) == 0 && len(blocks) == 0 && f.footer == nil {
		all = []piece{dots}
	}
	blocks = append(blocks, richTexts(all)...)
	for _, p := range all {
		said = append(said, p.read())
	}
	if f.footer != nil {
		blocks, said = append(blocks, f.footer), append(said, words{text: f.small, own: true})
	}
	if f.actions != nil {
		blocks = append(blocks, f.actions)
	}
	ping := ""
	if f.ping != "" {
		ping = "<!subteam^" + f.ping + ">"
		blocks = append([]slack.Block{&slack.SectionBlock{Type: slack.MBTSection, Text: mrkdwn(ping)}}, blocks...)
	}
	if l.key != "" {
		name(blocks[0], keyBlock+shortKey(l.key))
	}
	return outgoing{Text: readOut(ping, said), Blocks: blocks}
}

// above is what stands above the words.
func (f frame) above() (blocks []slack.Block, said []words) {
	if f.title != "" {
		blocks = append(blocks, &slack.HeaderBlock{Type: slack.MBTHeader, Text: plainText(f.title)})
		said = append(said, words{text: f.title})
	}
	if f.source != "" {
		blocks = append(blocks, richText(slack.NewRichTextSection(linked(f.source, f.link, nil)...)))
		said = append(said, words{text: f.source})
	}
	if f.image != "" {
		alt := f.title
		if alt == "" {
			alt = "picture"
		}
		blocks = append(blocks, slack.NewImageBlock(f.image, alt, "", nil))
	}
	return blocks, said
}
