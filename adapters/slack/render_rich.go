package slack

import (
	"github.com/slack-go/slack"

	"colloquy/adapters/internal/text"
)

// mostRich is how many blocks of words a message has at most; the others are for
// what stands around them.
const mostRich = 40

func richText(elements ...slack.RichTextElement) *slack.RichTextBlock {
	return slack.NewRichTextBlock("", elements...)
}

// richTexts are pieces as blocks: each its own, with space between them, but the
// lines of a list together. Where there are too many, several share a block.
func richTexts(all []piece) []slack.Block {
	var groups [][]slack.RichTextElement
	for i := 0; i < len(all); {
		end := i + 1
		for end < len(all) && all[end].list == all[i].list && all[i].list != "" {
			end++
		}
		if all[i].list != "" {
			groups = append(groups, []slack.RichTextElement{richList(all[i:end])})
		} else {
			groups = append(groups, all[i].elements())
		}
		i = end
	}
	each := max(1, (len(groups)+mostRich-1)/mostRich)
	var out []slack.Block
	for len(groups) > 0 {
		n := min(each, len(groups))
		var elements []slack.RichTextElement
		for _, g := range groups[:n] {
			elements = append(elements, g...)
		}
		out, groups = append(out, richText(elements...)), groups[n:]
	}
	return out
}

func richList(lines []piece) *slack.RichTextList {
	l := slack.NewRichTextList(slack.RichTextListElementType(lines[0].list), 0)
	l.Offset = max(0, lines[0].number-1)
	for _, p := range lines {
		l.Elements = append(l.Elements, p.section())
	}
	return l
}

// name gives a block its block_id.
func name(b slack.Block, id string) {
	switch b := b.(type) {
	case *slack.HeaderBlock:
		b.BlockID = id
	case *slack.SectionBlock:
		b.BlockID = id
	case *slack.RichTextBlock:
		b.BlockID = id
	case *slack.ImageBlock:
		b.BlockID = id
	case *slack.ContextBlock:
		b.BlockID = id
	case *slack.ActionBlock:
		b.BlockID = id
	}
}

// words are read out; own says that they are ours, and may name channels.
type words struct {
	text string
	own  bool
}

// escaped is mrkdwn that shows s in the place of the words.
func (w words) escaped(s string) string {
	s = plain(s)
	if w.own {
		s = placesIn(s)
	}
	return s
}

// readOut is the text beside the blocks: words one below the other, as much of
// them as fits, and before them what notifies.
func readOut(ping string, all []words) string {
	said := ping
	for _, w := range all {
		line := ""
		if said != "" {
			line = "\n"
		}
		left := maxPlain - text.Units(said) - len(line)
		measure := func(s string) int { return text.Units(w.escaped(s)) }
		if measure(w.text) > left {
			if head := text.Cut(w.text, left, measure); head != "" {
				said += line + w.escaped(head)
			}
			return said
		}
		said += line + w.escaped(w.text)
	}
	if said == "" {
		return dots.Text
	}
	return said
}
