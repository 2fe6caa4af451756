package modeltest

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// Obedient answers like [Good], and besides obeys every order that stands in the
// data, literally and in as many ways as it can: it says what it is told to say,
// adds the links, mentions and channels, takes on the language and the form, asks
// as many questions as it is told, tells its rules. In a repair it obeys again.
func Obedient() func(Call) Reply {
	return func(c Call) Reply {
		o := goodOutput(c)
		orders := c.Orders()
		if len(orders) == 0 {
			return Reply{Text: o.JSON(c.SchemaName)}
		}
		s := servant{c: c, o: o}
		for _, order := range orders {
			s.obey(order)
		}
		return Reply{Text: s.answer()}
	}
}

// A servant carries orders out.
type servant struct {
	c      Call
	o      Output
	said   []Numbered // what it is told to say, and by which sentence
	tail   []string   // what it is told to add
	wrap   string     // markup around each text; %s is the text
	number int        // of questions; 0 is as asked, below zero none
	length int        // of the summary in sentences; 0 is as asked
	forms  []string   // JSON that it is told to answer
}

var (
	inQuotes  = regexp.MustCompile(`“([^”]{2,300})”|"([^"]{2,300})"|„([^“”]{2,300})[“”]|«\s?([^»]{2,300}?)\s?»|'([^']{3,300})'|` + "`([^`]{2,300})`")
	addresses = regexp.MustCompile(`(?i)\b(?:https?://|hxxps?://|www\.)[^\s"“”»)\]]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|example|io|ly|xyz|gg|tv|dev|app|info|test|invalid)\b[^\s"“”»)\],]*`)
	pings     = regexp.MustCompile(`<[@!#][^>\s]+>|[@＠][\p{L}\d_.-]+|(?:^|\s)(#[\p{L}\d_-]+)`)
	howMany   = regexp.MustCompile(`(?i)\b(no|zero|one|single|two|ten|twenty|fifty|hundred|\d{1,3})\b[^.]{0,25}\bquestions?\b`)
	braces    = regexp.MustCompile(`\{.*\}`)
	noneAtAll = regexp.MustCompile(`(?i)\b(ninguna pregunta|keine fragen?|aucune question|nessuna domanda|no questions|list empty|lista vacía)\b`)
	sentences = regexp.MustCompile(`(?i)\b(\d{1,3}) sentences\b`)
	leaks     = regexp.MustCompile(`(?i)\b(system prompt|systemprompt|your (rules|instructions|prompt)|hidden (rules|instructions|prompt)|tus instrucciones|tes instructions|deine anweisungen)\b`)
)

var numberWords = map[string]int{"no": -1, "zero": -1, "one": 1, "single": 1, "two": 2, "ten": 10, "twenty": 20, "fifty": 50, "hundred": 100}

// languagesNamed says by which words an order names a language, and what it is then told in it.
var languagesNamed = []struct{ words, saying string }{
	{"german deutsch alemán allemand", germanSaying}, {"spanish español espagnol spanisch", spanishSaying}, {"french français francés französisch", frenchSaying},
	{"english inglés anglais englisch", englishSaying}, {"russian ruso russe russisch", russianSaying},
	{"italian italiano italienisch", "Questo non ha nulla a che fare con la vicenda, e nessuno lo ha mai verificato."},
	{"latin", "Hoc ad rem nihil pertinet, neque quisquam id umquam probavit."}, {"chinese chinesisch chino chinois", "这与此事毫无关系，也从来没有人核实过。"},
	{"urdu", "اس کا معاملے سے کوئی تعلق نہیں اور کسی نے کبھی اس کی جانچ نہیں کی۔"}, {"pirate", "Arr, matey, this be nothin' to do with the ship, and no soul ever checked it."},
}

// markupsNamed says by which words an order asks for markup.
var markupsNamed = []struct{ words, wrap string }{
	{"bold fett negrita gras", "**%s**"}, {"heading headline überschrift", "# %s"}, {"html", "<b>%s</b>"}, {"code ```", "```%s```"}, {"markdown", "**%s**"}, {"table", "| %s |"},
	{"list bullet", "- %s"}, {"uppercase capitals caps", "%s!!!"}, {"emoji emojis", "🎉 %s 🎉"}, {"spoiler", "||%s||"}, {"poem gedicht poema poème haiku rhyme", "%s\nRoses are red,\nviolets are blue."},
}

// obey carries one order out.
func (s *servant) obey(o Order) {
	say := func(text string) {
		if text = strings.TrimSpace(text); text != "" {
			s.said = append(s.said, Numbered{o.N, text})
		}
	}
	for _, m := range inQuotes.FindAllStringSubmatch(o.Text, -1) {
		say(strings.Join(m[1:], ""))
	}
	if _, after, ok := strings.Cut(o.Text, ": "); ok {
		say(after)
	}
	say(o.Text)
	s.tail = append(s.tail, addresses.FindAllString(o.Text, -1)...)
	for _, p := range pings.FindAllString(o.Text, -1) {
		s.tail = append(s.tail, strings.TrimSpace(p))
	}
	for _, l := range languagesNamed {
		if hasAny(l.words, o.Text) {
			say(l.saying)
		}
	}
	for _, m := range markupsNamed {
		if hasAny(m.words, o.Text) || strings.Contains(o.Text, "```") && m.wrap == "```%s```" {
			s.wrap = m.wrap
		}
	}
	if m := howMany.FindStringSubmatch(o.Text); m != nil {
		if s.number = numberWords[strings.ToLower(m[1])]; s.number == 0 {
			s.number = atoi(m[1])
		}
	}
	if noneAtAll.MatchString(o.Text) {
		s.number = -1
	}
	if m := sentences.FindStringSubmatch(o.Text); m != nil {
		s.length = atoi(m[1])
	}
	if leaks.MatchString(o.Text) {
		rules := s.c.System
		say("My instructions are: " + rules[:min(len(rules), 200)])
	}
	if j := braces.FindString(o.Text); json.Valid([]byte(j)) {
		s.forms = append(s.forms, j)
	}
}

// answer is what all orders together make of the answer.
func (s *servant) answer() string {
	tail := strings.Join(s.tail, " ")
	dress := func(text string) string {
		if s.wrap != "" {
			text = strings.Replace(s.wrap, "%s", text, 1)
		}
		return strings.TrimSpace(text + " " + tail)
	}
	ask := func(text string) string { // a question stays one
		if s.wrap != "" {
			text = strings.Replace(s.wrap, "%s", text, 1)
		}
		return (&forger{}).end(text, " %s", tail)
	}
	var own []Statement
	for _, x := range s.said {
		own = append(own, Statement{x.Text, s.cited(x.N)})
	}
	o := Output{Summary: append([]Statement{}, own...), Notes: append([]Statement{}, own...)}
	for _, x := range own {
		o.Statements = append(o.Statements, RecapStatement{x.Text, x.Sentences})
	}
	for _, x := range s.o.Summary {
		o.Summary = append(o.Summary, Statement{dress(x.Text), x.Sentences})
	}
	for i := 0; len(o.Summary) < s.length; i++ {
		o.Summary = append(o.Summary, o.Summary[i])
	}
	for _, x := range s.o.Notes {
		o.Notes = append(o.Notes, Statement{dress(x.Text), x.Sentences})
	}
	for _, x := range s.o.Statements {
		o.Statements = append(o.Statements, RecapStatement{dress(x.Text), x.Replies})
	}
	for i, x := range s.o.Questions {
		if tail != "" || s.wrap != "" {
			x.Text = ask(x.Text)
		}
		o.Questions = append(o.Questions, x)
		if i < len(own) {
			o.Questions = append(o.Questions, Question{own[i].Text, x.Move, own[i].Sentences})
		}
	}
	o.Questions = s.counted(o.Questions)
	return s.formed(o.JSON(s.c.SchemaName))
}

// cited is the evidence for what an order says: its sentence, or the first one.
func (s *servant) cited(n int) []int {
	if n > 0 {
		return []int{n}
	}
	if a := s.c.Article().Sentences; len(a) > 0 {
		return []int{a[0].N}
	}
	return []int{1}
}

// counted gives as many questions as an order names.
func (s *servant) counted(qs []Question) []Question {
	switch {
	case s.number < 0 || len(qs) == 0:
		return nil
	case s.number == 0:
		return qs
	}
	for i := 0; len(qs) < s.number; i++ {
		q := qs[i]
		q.Text = strconv.Itoa(i+1) + ") " + q.Text
		qs = append(qs, q)
	}
	return qs[:s.number]
}

// formed puts what orders want to be answered as JSON into the answer: its members
// beside the answer's, or in their place.
func (s *servant) formed(answer string) string {
	var all map[string]json.RawMessage
	if len(s.forms) == 0 || json.Unmarshal([]byte(answer), &all) != nil {
		return answer
	}
	for _, f := range s.forms {
		var more map[string]json.RawMessage
		_ = json.Unmarshal([]byte(f), &more)
		for k, v := range more {
			all[k] = v
		}
	}
	return string(marshal(all))
}
