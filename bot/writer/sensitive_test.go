package writer

import (
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/bot"
)

// longer makes a text of some length of a beginning: what follows says nothing.
func longer(lang, begin string) string {
	return begin + strings.Repeat("\n\n"+map[string]string{
		"en": "The office of the region said on Tuesday that it would look into the matter and publish what it finds. A spokeswoman asked people to be patient, as the work will take some weeks. The next meeting about it is open to everybody, and the minutes will be put on the web.",
		"de": "Die Behörde teilte am Dienstag mit, dass sie die Sache prüfen und das Ergebnis veröffentlichen werde. Eine Sprecherin bat um Geduld, denn die Arbeit werde einige Wochen dauern. Die nächste Sitzung dazu ist für alle offen, und das Protokoll wird im Netz zu lesen sein.",
		"es": "La oficina de la región dijo que estudiará el asunto y que publicará lo que encuentre. Una portavoz pidió paciencia a la gente, porque el trabajo durará algunas semanas. La próxima reunión sobre el asunto está abierta a todo el mundo y el acta se podrá leer en la red.",
		"fr": "Le bureau de la région a indiqué qu'il étudierait la question et qu'il publierait ce qu'il trouve. Une porte-parole a demandé de la patience, car le travail prendra quelques semaines. La prochaine réunion à ce sujet est ouverte à tous, et le compte rendu sera mis en ligne.",
		"ur": "دفتر نے منگل کو کہا کہ وہ اس معاملے کو دیکھے گا اور نتیجہ شائع کرے گا۔ ایک ترجمان نے لوگوں سے صبر کی درخواست کی کیونکہ اس کام میں چند ہفتے لگیں گے۔ اس بارے میں اگلا اجلاس سب کے لیے کھلا ہے۔",
	}[lang], 4)
}

func TestSensitive(t *testing.T) {
	for _, c := range []struct{ lang, title, text, want string }{
		{"en", "Inquest hears of mechanic's last weeks", "A mechanic took his own life after months without work, an inquest heard. He was found hanging in a garage. His brother said that nobody had noticed.", TopicSuicide},
		{"en", "Suicides among farmers on the rise", "More farmers ask for help than ever before, a charity says.", TopicSuicide},
		{"en", "Clinic opens for teenagers who self-harm", "The clinic will take forty patients in its first year.", TopicSuicide},
		{"en", "Charity walks for men's health", "The walk remembers a trainer who killed himself last spring. Since then the charity has spoken to two hundred men who had suicidal thoughts.", TopicSuicide},
		{"en", "Leader's tax plan is political suicide, says rival", "The plan would be political suicide, the rival said, and career suicide for those who vote for it.", ""},
		{"en", "Suicide Squad tops the charts again", "The film Suicide Squad took thirty million in its second week.", ""},
		{"en", "Actor says he shot himself in the foot with interview", "He admitted that he had shot himself in the foot.", ""},
		{"en", "New novel looks at a family's grief", "The novel tells the story of a woman whose father killed himself. The main character finds a suicide note and starts to write.", ""},
		{"en", "Steel town waits for news", "The works may close in June. Among those who spoke was a fitter whose uncle took his own life in a strike long ago.", ""},

		{"en", "Coach jailed for abuse of swimmers", "A swimming coach who sexually abused four girls was jailed for nine years. He had admitted sexual assault.", TopicSexual},
		{"en", "Judge drops rape case", "The case ended after two days.", TopicSexual},
		{"en", "Bishop faces questions", "A bishop has been questioned over claims that he protected a paedophile. The priest had molested choirboys for years.", TopicSexual},
		{"en", "Farmers turn to oilseed rape", "Fields of oilseed rape turn the valley yellow. A good rape harvest pays for the barn.", ""},
		{"en", "Parliament debates the justice bill", "The bill has forty clauses. One of them raises the fees of lawyers, another one the sentence for rape. Most of the debate was about the fees.", ""},

		{"en", "Gunman kills eleven at market", "A gunman opened fire at a market in Ostrand on Monday and killed at least 11 people, police said.", TopicKilling},
		{"en", "Blast in capital", "At least 23 people were killed and dozens wounded when a car bomb went off beside a bus station.", TopicKilling},
		{"en", "Village mourns after massacre", "The massacre took place at night. Nobody knows who did it.", TopicKilling},
		{"en", "Father held over deaths of family", "A man was arrested on suspicion of murder after five people were found dead in a farmhouse.", TopicKilling},
		{"en", "Air strikes hit northern town", "Air strikes killed 40 people in a northern town, doctors said on Friday.", TopicKilling},
		{"en", "Town marks the raid of 1943", "Historians have found letters of people who saw the massacre of 1943, in which 52 villagers were killed by soldiers.", ""},
		{"en", "Earthquake kills 300", "An earthquake killed at least 300 people in the mountains. Rescuers dig with their hands.", ""},
		{"en", "Rovers massacred at home", "Rovers' attack was toothless and the visitors killed off the game with three late goals.", ""},
		{"en", "Striker's shooting practice pays off", "Shooting from a distance won the match. The attack scored 12 goals in five games.", ""},
		{"en", "Photographer wins prize for shooting owls", "She spent nine nights shooting owls in the dark.", ""},
		{"en", "Flu killed 900 last winter", "Flu killed 900 people in the region last winter, more than in the year before. Heart attacks after flu were common.", ""},
		{"en", "Minister warns of attacks", "The country is at risk of an attack, the minister said, and asked for more police.", ""},

		{"en", "Body found in search for Ella Marsh", "Police looking for 11-year-old Ella Marsh have found a body. Two people were arrested.", TopicMinor},
		{"en", "Boy, 9, drowns in lake", "Tom Bright, nine, drowned in a lake on Sunday. Police said that it was an accident.", TopicMinor},
		{"en", "Court hears of attack at school", "A court heard how Jamie Holt, 15, was stabbed in a corridor. A boy was charged with assault.", TopicMinor},
		{"en", "Village raises money for operation", "Friends of schoolgirl Maya Lind hope to pay for surgery in America. The cancer has come back.", TopicMinor},
		{"en", "Boy arrested after fire", "A 14-year-old boy was arrested after a fire in a school. He cannot be named, police said.", ""},
		{"en", "12-Year-Old Girl Found After Police Search", "A girl who was missing for two days has been found. Police thanked everybody who searched for her.", ""},
		{"en", "Ten-year-old chess player wins title", "Ten-year-old Ada Ström has won the national title. She plays four hours a day.", ""},
		{"en", "Driver jailed for fraud", "A driver was jailed for fraud. Police found forty bank cards. " + strings.Repeat("The court heard that he had opened accounts in other names and moved money between them for years. ", 12) + "He has a daughter, Lucy, six.", ""},
		{"en", "Clubs sign teenagers", "Marco Reni, 17, and Luca Ferri, 16, have signed for Rovers. Both scored in March.", ""},

		{"en", "Painter Orla Finch dies aged 84", "The painter was known for her views of harbours.", TopicObituary},
		{"en", "Voice of the lighthouse radio", "The presenter Hugo Lane has died at the age of 71, his family said. Listeners sent flowers.", TopicObituary},
		{"en", "Farewell to a bus driver", "Hundreds of passengers came to the funeral of Ned Park, who drove the night bus for forty years.", TopicObituary},
		{"en", "An obituary of the high street", "Shops close one after the other. The high street has died out, and nobody mourns it.", ""},
		{"en", "Interest in vinyl never dies", "Sales have died down a little in spring.", ""},
		{"en", "Manager pays tribute to striker", "The manager paid tribute to his striker after the 3-1 win.", ""},
		{"en", "Bakery opens in old bank", "The baker learned the trade from her father, who died in 2009. He had wanted to be a banker.", ""},
		{"en", "Soap kills off two more", "Two characters will be killed off at Christmas, the makers of the soap said.", ""},

		{"en", "Helpline sees more calls", "A helpline for people who think about suicide had more calls than ever.", TopicSuicide},
		{"en", "Firm takes poison pill", "Analysts said that the pill would be financial suicide for the firm.", ""},
		{"en", "Students march", "Students marched against drink spiking and sexual violence on Friday.", TopicSexual},
		{"en", "Court hears of nurse's shifts", "A nurse murdered seven babies and tried to kill ten more, a court was told.", TopicKilling},
		{"en", "Protest ends in blood", "Security forces opened fire on a crowd in the capital, killing at least 20 people, witnesses said.", TopicKilling},
		{"en", "Knife crime figures fall", "Police recorded 320 stabbings, and in the city 12 people died. The minister welcomed the fall.", ""},
		{"en", "Bitcoin massacre goes on", "Traders spoke of a massacre after bitcoin fell by a fifth.", ""},
		{"en", "A thriller that drags", "The film follows a serial killer who murders nine people in a small town. The plot is thin.", ""},
		{"en", "Cathedral remembers", "Survivors of the 1974 bombing that killed 21 people met in the cathedral.", ""},
		{"en", "Trapped miners die", "Twelve miners have died after a roof fell in.", ""},
		{"en", "Heart boy starts school", "Five-year-old Oscar Lane, who had a heart transplant as a baby, has started school.", TopicMinor},
		{"en", "Police name suspect", "Police took the unusual step of naming Kyle Dent, 15, who is wanted over a stabbing.", TopicMinor},
		{"en", "Guides grow", "The guides have 30,000 new members. Emma Stone, 12, from Leeds says that she loves camping.", ""},
		{"en", "Band cancels tour", "The band has cancelled its tour. Its drummer Lou Hale was found dead at his home on Friday.", TopicObituary},
		{"en", "Skeleton under the car park", "Archaeologists have found the bones of a king who was killed in battle with 300 of his men.", ""},

		{"de", "Ermittlungen nach Tod eines Häftlings", "Ein Häftling hat sich in seiner Zelle das Leben genommen. Die Anstalt spricht von einem Suizid und prüft, was versäumt wurde.", TopicSuicide},
		{"de", "Opposition nennt Reform politischen Selbstmord", "Die Reform sei politischer Selbstmord, sagte der Abgeordnete.", ""},
		{"de", "Trainer wegen Vergewaltigung verurteilt", "Das Landgericht verhängte sechs Jahre Haft.", TopicSexual},
		{"de", "Anschlag auf Markt", "Bei einem Bombenanschlag auf einen Markt sind am Montag mindestens 14 Menschen getötet worden. Der Attentäter floh.", TopicKilling},
		{"de", "Suche nach Lena geht weiter", "Seit Freitag sucht die Polizei nach der 13-jährigen Lena aus Ahlbruck. Ein Verdächtiger wurde festgenommen.", TopicMinor},
		{"de", "Jugendlicher festgenommen", "Ein 16-jähriger Schüler wurde nach einem Brand festgenommen. Die Polizei ermittelt weiter.", ""},
		{"de", "Der Maler Otto Brink ist tot", "Otto Brink starb am Sonntag im Alter von 91 Jahren.", TopicObituary},
		{"de", "Erdbeben fordert 120 Tote", "Ein Erdbeben hat mindestens 120 Menschen das Leben gekostet. Helfer suchen nach Verschütteten.", ""},

		{"es", "Aumentan los suicidios entre los agricultores", "La asociación pide más psicólogos en los pueblos.", TopicSuicide},
		{"es", "La reforma, un suicidio político", "El partido teme que la reforma sea un suicidio político.", ""},
		{"es", "Condenado un entrenador por agresión sexual", "La pena es de ocho años.", TopicSexual},
		{"es", "Ataque en un mercado", "Un grupo de hombres armados mató a 12 personas en un mercado el lunes, según la policía.", TopicKilling},
		{"es", "Hallan el cuerpo de la niña desaparecida", "La policía halló el cuerpo de Lucía, de 8 años, desaparecida el viernes. Hay un detenido.", TopicMinor},
		{"es", "Muere a los 90 años la pintora Inés Roca", "La pintora falleció este martes en su casa.", TopicObituary},
		{"es", "Violación de la ley de aguas", "La empresa fue multada por violación de la ley y de la norma europea.", ""},

		{"fr", "Un agriculteur met fin à ses jours", "Le suicide d'un agriculteur bouleverse le village.", TopicSuicide},
		{"fr", "Un entraîneur jugé pour viols", "Le procès s'ouvre lundi.", TopicSexual},
		{"fr", "Attentat dans un marché", "Un attentat à la bombe a tué 17 personnes lundi dans un marché, selon la police.", TopicKilling},
		{"fr", "La fillette disparue retrouvée", "Les gendarmes ont retrouvé la petite Manon, 7 ans, disparue depuis lundi. Un suspect est en garde à vue.", TopicMinor},
		{"fr", "Le peintre Luc Vasseur est mort à l'âge de 88 ans", "Il peignait des ports.", TopicObituary},
		{"fr", "Suicide Squad en tête", "Le film Suicide Squad reste en tête cette semaine.", ""},

		{"ur", "کسانوں میں خودکشی کے واقعات میں اضافہ", "ایک تنظیم نے کہا ہے کہ کسانوں کو مدد کی ضرورت ہے۔", TopicSuicide},
		{"ur", "ملزم کو عمر قید کی سزا", "عدالت نے خاتون سے جنسی زیادتی کے مقدمے میں ملزم کو عمر قید کی سزا سنائی۔ جنسی زیادتی کا یہ واقعہ گزشتہ سال پیش آیا تھا۔", TopicSexual},
		{"ur", "بازار میں دھماکہ", "بازار میں بم دھماکے سے 14 افراد جاں بحق اور تیس زخمی ہو گئے۔ پولیس نے علاقے کو گھیرے میں لے لیا ہے۔", TopicKilling},
		{"ur", "زینب کیس میں پیش رفت", "پولیس نے 7 سالہ زینب کے قتل کے مقدمے میں ایک ملزم کو گرفتار کر لیا ہے۔ عدالت نے ریمانڈ دے دیا۔", TopicMinor},
		{"ur", "معروف شاعر انتقال کر گئے", "معروف شاعر لاہور میں انتقال کر گئے۔ ان کی عمر اسی برس تھی۔", TopicObituary},
		{"ur", "انتقال اقتدار کا عمل مکمل", "صوبے میں انتقال اقتدار کا عمل مکمل ہو گیا ہے۔ نئے وزیر نے دفتر سنبھال لیا۔", ""},
	} {
		a := bot.Article{Title: c.title, Text: longer(c.lang, c.text), Language: c.lang}
		topic, why, ok := newWriter(t).Sensitive(a)
		if topic != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q is %q (%s), and should be %q", c.lang, c.title, topic, why, c.want)
		}
		if ok && (strings.Contains(why, "\n") || !strings.HasPrefix(why, "it seems to ")) {
			t.Errorf("why: %q", why)
		}
	}
}

// Categories and the date say what an article is about as well.
func TestSensitiveByCategoryAndDate(t *testing.T) {
	w := newWriter(t)
	text := longer("en", "The singer had spoken about his illness for years. Fans lit candles in front of the hall where he had sung for the first time, and a choir of two hundred came to the square to sing what he wrote. They stayed until the morning. He was thought to have taken his own life.")
	if topic, _, _ := w.Sensitive(bot.Article{Text: text, Categories: []string{"Music"}}); topic != "" {
		t.Errorf("by a mention: %q", topic)
	}
	if topic, _, _ := w.Sensitive(bot.Article{Text: text, Categories: []string{"Music", "Suicide"}}); topic != TopicSuicide {
		t.Errorf("by category: %q", topic)
	}
	old := bot.Article{Title: "Port remembers", Text: longer("en", "In 2015 a gunman killed 12 people in the port of Vellmar. A stone now stands there.")}
	if topic, _, _ := w.Sensitive(old); topic != TopicKilling {
		t.Errorf("without a date: %q", topic)
	}
	old.Published = time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	if topic, why, _ := w.Sensitive(old); topic != "" {
		t.Errorf("eleven years later: %q, %s", topic, why)
	}
}

// Only words of prompts/ are shown, whatever an article holds.
func TestWhyShowsNothingOfTheArticle(t *testing.T) {
	listed := map[string]bool{"name, age": true}
	for _, lang := range []string{"de", "en", "es", "fr", "ur"} {
		book, _ := newTopicBook(newLexicon(lang))
		for _, name := range []string{"suicide", "sexual", "killing", "toll", "obituary", "obituary-title", "age", "young"} {
			for _, p := range book.words.Words(name) {
				listed[shownPattern(p)] = true
			}
		}
	}
	for _, set := range []string{"cnndm.jsonl", "bbc.jsonl", "urdu.jsonl"} {
		for _, it := range evalSet(t, set) {
			_, why, ok := newWriter(t).Sensitive(it.article())
			if _, phrase, _ := strings.Cut(strings.TrimSuffix(why, "”)"), "(“"); ok && !listed[phrase] {
				t.Errorf("%s: %q is in no list", it.ID, phrase)
			}
		}
	}
}

func TestSensitiveOfRubbish(t *testing.T) {
	w := newWriter(t)
	for _, text := range []string{"", " ", "\x00\xff", strings.Repeat("killed ", 50_000), strings.Repeat("12 people were ", 20_000), strings.Repeat(", 12,", 20_000), "N A .. * N-year-old", strings.Repeat("۱۲ افراد ", 9000)} {
		for _, lang := range []string{"", "en", "ur", "xx"} {
			if _, why, ok := w.Sensitive(bot.Article{Title: text[:min(len(text), 300)], Text: text, Language: lang, Categories: []string{text[:min(len(text), 80)]}}); ok && why == "" {
				t.Errorf("held without a reason: %.40q", text)
			}
		}
	}
}

func TestPatterns(t *testing.T) {
	book, ok := newTopicBook(newLexicon("en"))
	if !ok {
		t.Fatal("no lists")
	}
	set := func(list ...string) patternSet {
		s := book.patterns("none")
		for _, p := range list {
			s.add(p)
		}
		return s
	}
	for _, c := range []struct {
		pattern, text string
		want          int
	}{
		{"killed N", "killed 12", 2}, {"killed N", "killed twelve people", 2}, {"killed N", "killed 2", 0}, {"killed N", "killed in 1994", 0},
		{"killed N", "killed 1994", 0}, {"killed N", "killed 1,994", 2}, {"killed N", "killed 12,000", 2}, {"killed N", "killed 1.5", 0}, {"killed N", "killed 12 years", 0},
		{"killed .. N", "killed at least 12", 4}, {"killed .. N", "killed a, 12", 0}, {"killed .. N", "killed one two of the 12", 0}, {"N .. dead", "12 people were found dead", 5},
		{"A-year-old", "6-year-old", 1}, {"A-year-old", "six-year-old", 1}, {"A-year-old", "18-year-old", 0}, {"A-year-old", "-year-old", 0}, {"aged A", "aged 17", 2}, {"aged A", "aged eighty", 0},
		{"bomb* went", "bombers went", 2}, {"bomb*", "bo", 0}, {"shot himself", "shot himself in", 2}, {"l' espace", "l'espace", 2}, {"killed .. N", "killed", 0},
	} {
		if got, text := set(c.pattern).at(tokenize(c.text), 0); got != c.want || got > 0 && text != c.pattern {
			t.Errorf("%q in %q: %d (%q), and should be %d", c.pattern, c.text, got, text, c.want)
		}
	}
	if got := shownPattern("N .. shot dead"); got != "… shot dead" {
		t.Errorf("shown as %q", got)
	}
	if n, text := set("shot", "shot .. dead", "shot at N").at(tokenize("shot a man dead"), 0); n != 4 || text != "shot .. dead" {
		t.Errorf("%d, %q", n, text)
	}
	for _, lang := range []string{"de", "en", "es", "fr", "ur"} {
		book, _ := newTopicBook(newLexicon(lang))
		for _, name := range []string{"fiction", "past", "statistics", "figurative", "units", "child", "young", "noperson"} {
			for _, p := range book.words.Words(name) {
				if strings.ContainsAny(p, "NA*") || strings.Contains(p, "..") {
					t.Errorf("%s, %s: %q has signs, and its list takes none", lang, name, p)
				}
			}
		}
	}
	if all := book.words.Words("suicide"); !slices.Contains(all, "took his own life") {
		t.Error("the lists are not loaded")
	}
}
