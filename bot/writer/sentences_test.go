package writer

import (
	"slices"
	"strings"
	"testing"
)

func TestSegment(t *testing.T) {
	tests := []struct {
		name, lang string
		want       []string // what the text is split into; joined by spaces it is the text
	}{
		{"plain", "en", []string{"The port closes.", "Who decided that?", "Nobody knows!"}},
		{"titles and initials", "en", []string{"Mr. John F. Kerry met Dr. A. Smith.", "They spoke with Gen. Lee."}},
		{"a country's initials", "en", []string{"The U.S. Senate voted.", "It left the U.S. The vote was close."}[:1]},
		{"initials at the end", "en", []string{"It left the U.S.", "The vote was close."}},
		{"months and numbers", "en", []string{"On Nov. 5 he chose No. 10.", "The answer was no.", "Ten men left."}},
		{"decimals", "en", []string{"Prices rose 2.5 percent.", "Output fell 0.3 points to 28.1%.", "Joe knew."}},
		{"a firm at the end", "en", []string{"He runs Acme Inc. with care.", "She sold Acme Inc.", "However, it came back."}},
		{"ellipsis", "en", []string{"Well... he left.", "And then..."}},
		{"quotation", "en", []string{"\"It is over,\" she said.", "\"Really?\" he asked.", "\"Go.\"", "She went."}},
		{"typographic quotation", "en", []string{"“It is over.”", "He left.", "‘Why?’ she asked."}},
		{"e.g. and i.e.", "en", []string{"Take grain, e.g. wheat, i.e. food.", "Then go."}},
		{"dateline", "en", []string{"LONDON, England (CNN) -- The port closes.", "It is late."}},
		{"German", "de", []string{"Am 3. Oktober sprach Dr. Weber z. B. über ca. 20 Mio. Euro.", "„Das reicht nicht“, sagte er.", "Es blieb so."}},
		{"German abbreviations", "de", []string{"Es kamen Bauern, Händler usw. und Frau Prof. Kurz.", "Der Rat schwieg."}},
		{"Spanish", "es", []string{"El Sr. López y la Dra. Ruiz hablaron.", "¿Quién decidió?", "¡Nadie!"}},
		{"French", "fr", []string{"M. Dupont et Mme. Petit ont parlé.", "« C'est fini. »", "Il est parti."}},
		{"Urdu", "ur", []string{"بندرگاہ بند ہو گی۔", "یہ فیصلہ کس نے کیا؟", "کسی کو معلوم نہیں۔"}},
		{"Arabic", "ar", []string{"أغلق الميناء.", "من قرر ذلك؟", "لا أحد يعرف."}},
		{"Hindi", "hi", []string{"बंदरगाह बंद होगा।", "यह किसने तय किया?"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := texts(segment(strings.Join(tt.want, " "), tt.lang))
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestSegmentWhereASpaceWasLost(t *testing.T) {
	got := texts(segment("The port closes on Monday.The council decided.He read Node.js and U.S.News there.", "en"))
	if want := []string{"The port closes on Monday.", "The council decided.", "He read Node.js and U.S.News there."}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestSegmentWithoutSpaces(t *testing.T) {
	got := texts(segment("港口将关闭。谁决定的？没有人知道！", "zh"))
	if want := []string{"港口将关闭。", "谁决定的？", "没有人知道！"}; !slices.Equal(got, want) {
		t.Errorf("Chinese: %q", got)
	}
	got = texts(segment("彼は「もう終わりだ。」と言った。誰も知らない。", "ja"))
	if want := []string{"彼は「もう終わりだ。」と言った。", "誰も知らない。"}; !slices.Equal(got, want) {
		t.Errorf("Japanese: %q", got)
	}
	thai := strings.TrimSpace(strings.Repeat("สภาเมืองตัดสินใจเมื่อวันจันทร์ ว่าจะปิดท่าเรือด้านเหนือ ", 10))
	got = texts(segment(thai, "th"))
	if len(got) < 3 || strings.Join(got, " ") != thai {
		t.Errorf("Thai: %d pieces, want several that make up the text", len(got))
	}
}

func texts(ss []sentence) []string {
	var out []string
	for _, s := range ss {
		out = append(out, s.Text)
	}
	return out
}

func TestSegmentPlacesSentences(t *testing.T) {
	text := "Port to close\n\nThe port\ncloses  in October. It is late.\n \nWhat is known:\n- grain leaves by sea\n- prices rise.\n\n1. The council decided.\n\n-----------------------------------------------------------\n\nNobody knows. *"
	type place struct {
		text      string
		para, pos int
		heading   bool
	}
	want := []place{
		{"Port to close", 0, 0, true},
		{"The port closes in October.", 1, 0, false},
		{"It is late.", 1, 1, false},
		{"What is known:", 2, 0, true},
		{"- grain leaves by sea", 3, 0, true},
		{"- prices rise.", 4, 0, true},
		{"1. The council decided.", 5, 0, true},
		{"Nobody knows.", 6, 0, false},
	}
	var got []place
	for _, s := range segment(text, "en") {
		got = append(got, place{s.Text, s.Para, s.Pos, s.Heading})
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestWordsOf(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"Don’t stop – the U.S. sold 2.5 million t-shirts!", []string{"don't", "stop", "the", "u.s", "sold", "2.5", "million", "t", "shirts"}},
		{"«L’Été»", []string{"l'été"}},
		{"港口关闭", []string{"港", "口", "关", "闭"}},
		{"بندرگاہ بند ہو گی۔", []string{"بندرگاہ", "بند", "ہو", "گی"}},
		{"… — !", []string{}},
	}
	for _, tt := range tests {
		if got := wordsOf(tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("wordsOf(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
	if n := length(wordsOf("港口将于十月关闭 in October")); n != 6 {
		t.Errorf("length %d, want 6: eight characters count as four words", n)
	}
}
