package writer

import "strings"

// leans reports whether a sentence leans on the one before it: it opens with a
// connective or with a word that stands for something said there.
func leans(s sentence, lang string) bool {
	if len(s.Words) == 0 {
		return false
	}
	first := s.Words[0]
	if timely(second(s.Words)) {
		return false // "This week …"
	}
	switch lang {
	case "en":
		return leansEnglish(first, second(s.Words))
	case "es":
		switch first {
		case "pero", "sin", "aunque", "además", "también", "así", "por", "esto", "eso", "ello", "este", "esta", "estos",
			"estas", "ese", "esa", "él", "ella", "ellos", "ellas", "y", "o", "entonces", "no", "tampoco", "mientras":
			return first != "sin" && first != "por" && first != "no" || second(s.Words) == "embargo" ||
				second(s.Words) == "eso" || second(s.Words) == "tanto" || second(s.Words) == "obstante"
		}
	case "de":
		switch first {
		case "aber", "doch", "jedoch", "dennoch", "trotzdem", "deshalb", "daher", "darum", "dabei", "damit", "dazu",
			"dies", "diese", "dieser", "dieses", "er", "sie", "es", "und", "oder", "denn", "auch", "außerdem", "zudem",
			"allerdings", "dagegen", "dafür", "dadurch", "danach", "dann", "so", "solche", "ihm", "ihr", "ihnen", "das":
			return true
		}
	case "fr":
		switch first {
		case "mais", "cependant", "pourtant", "toutefois", "donc", "ainsi", "aussi", "cela", "ceci", "ce", "cet",
			"cette", "ces", "il", "elle", "ils", "elles", "et", "ou", "or", "car", "puis", "ensuite", "c'est",
			"celui", "celle", "ceux", "lui":
			return true
		}
	case "ur":
		switch first {
		case "لیکن", "مگر", "تاہم", "جبکہ", "اور", "اس", "یہ", "وہ", "ان", "انہوں", "انھوں", "اسی", "یہی", "وہی",
			"چنانچہ", "لہذا", "جس", "جن", "جسکے", "جسکی", "جنکے", "جہاں", "اسکے", "اسکی", "انکے", "انکی", "تاکہ", "تو",
			"کیونکہ", "البتہ", "بلکہ", "ایسے", "ایسا", "ایسی", "پھر":
			return true
		}
	case "zh":
		return hasAnyPrefix(s.Text, "但", "然而", "不过", "因此", "所以", "这", "他", "她", "它", "而且", "同时", "此外", "這")
	case "ja":
		return hasAnyPrefix(s.Text, "しかし", "だが", "また", "そして", "これ", "それ", "この", "その", "彼", "一方", "さらに")
	}
	return false
}

func leansEnglish(first, next string) bool {
	switch first {
	case "but", "and", "or", "so", "yet", "nor", "however", "therefore", "thus", "hence", "moreover", "furthermore",
		"nevertheless", "nonetheless", "instead", "otherwise", "meanwhile", "besides", "similarly", "likewise",
		"consequently", "accordingly", "then", "also", "still", "additionally", "indeed",
		"this", "that", "these", "those", "such", "it", "he", "she", "they", "him", "her", "his", "its", "their",
		"them", "here", "elsewhere", "which", "who", "whose", "whom", "that's", "it's", "he's", "she's",
		"they're", "they've", "he'd", "she'd", "they'd", "he'll", "she'll", "they'll", "it'll", "too":
		return true
	case "in", "as", "for", "at", "by", "on", "after", "since", "despite", "of", "with", "to", "from":
		switch next {
		case "this", "that", "these", "those", "addition", "contrast", "fact", "turn", "example", "instance", "other",
			"it", "which", "him", "her", "them", "such":
			return true
		}
	}
	return false
}

// alludes reports whether a sentence refers back without opening with it: a
// connective among its first words.
func alludes(s sentence, lang string) bool {
	for _, w := range s.Words[:min(len(s.Words), 8)] {
		switch lang + " " + w {
		case "en however", "en also", "en nonetheless", "en nevertheless", "en therefore", "en thus", "en too", "en instead",
			"es también", "es además", "de jedoch", "de auch", "de allerdings", "de dagegen", "de deshalb", "de daher", "de zudem",
			"fr aussi", "fr également", "fr cependant", "fr toutefois", "fr pourtant":
			return true
		}
	}
	return false
}

// timely reports whether w names a time that "this" points at by itself.
func timely(w string) bool {
	switch w {
	case "week", "weekend", "month", "year", "season", "summer", "autumn", "winter", "spring", "morning", "afternoon",
		"evening", "century", "decade", "semana", "mes", "año", "verano", "invierno", "otoño", "primavera", "mañana",
		"tarde", "siglo", "década", "woche", "monat", "jahr", "sommer", "winters", "herbst", "frühjahr", "frühling",
		"wochenende", "semaine", "mois", "année", "été", "hiver", "automne", "printemps", "matin", "soir", "siècle",
		"ہفتے", "سال", "مہینے", "ماہ":
		return true
	}
	return false
}

func second(words []string) string {
	if len(words) < 2 {
		return ""
	}
	return words[1]
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	s = strings.TrimLeft(s, "「『“\"")
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
