package bot

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// plainTokens divides what a person typed into words in lower case. Marks that
// list things are dropped; a dash stands alone, but in a date.
func plainTokens(s string) []string {
	s = strings.Map(func(r rune) rune {
		if r >= '‐' && r <= '―' || r == '−' { // what keyboards make of a dash
			return '-'
		}
		return unicode.ToLower(r)
	}, s)
	s = strings.ReplaceAll(strings.ReplaceAll(s, "a.m", "am"), "p.m", "pm")
	var tokens []string
	for field := range strings.FieldsFuncSeq(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;&+", r) }) {
		field = strings.Trim(field, ".!?'\"()`")
		if likeDate(field) {
			tokens = append(tokens, field)
			continue
		}
		for i, part := range strings.Split(field, "-") {
			if i > 0 {
				tokens = append(tokens, "-")
			}
			last := len(tokens) - 1
			switch {
			case part == "":
			case (part == "am" || part == "pm") && last >= 0 && isDigit(tokens[last][len(tokens[last])-1]):
				tokens[last] += part
			default:
				tokens = append(tokens, part)
			}
		}
	}
	return tokens
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// cutDigits divides s after its leading digits.
func cutDigits(s string) (digits, rest string) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return s[:i], s[i:]
}

// likeDate reports whether s is three numbers with "-", "." or "/" between them.
func likeDate(s string) bool {
	for i := range 3 {
		digits, rest := cutDigits(s)
		if digits == "" || i < 2 && (rest == "" || !strings.ContainsRune("-./", rune(rest[0]))) {
			return false
		}
		if i == 2 {
			return rest == ""
		}
		s = rest[1:]
	}
	return false
}

// readClock reads a time of day, as 09:00, 9am or noon. meant says that the
// token is one. Where why is not empty it is a wrong one, and second is the
// nearest that is right.
func readClock(token string) (second int64, why string, meant bool) {
	switch token {
	case "noon":
		return 12 * 3600, "", true
	case "midnight":
		return 0, "", true
	}
	hourText, rest := cutDigits(token)
	if likeDate(token) {
		return 0, "", false
	}
	body, pm := strings.CutSuffix(rest, "pm")
	body, am := strings.CutSuffix(body, "am")
	minuteText, right := "00", len(hourText) <= 2
	switch {
	case hourText == "":
		return 0, "", false
	case body == "" && (am || pm):
	case body == "" && (len(hourText) == 3 || len(hourText) == 4): // 1830
		hourText, minuteText, right = hourText[:len(hourText)-2], hourText[len(hourText)-2:], false
	case body == "":
		return 0, "", false
	case strings.ContainsRune(":.h", rune(body[0])):
		digits, after := cutDigits(body[1:])
		right = right && body[0] == ':' && len(digits) == 2 && after == ""
		if digits != "" {
			minuteText = digits
		}
	default:
		return 0, "", false
	}
	hour, minute := smallNumber(hourText), smallNumber(minuteText)
	if (am || pm) && (hour < 1 || hour > 12) {
		right = false
	} else if am || pm {
		hour %= 12
		if pm {
			hour += 12
		}
	}
	if hour > 23 || minute > 59 {
		right = false
		hour, minute = nearestClock(hour, minute)
	}
	if !right {
		why = fmt.Sprintf("%q is no time of day", firstWord(token))
	}
	return int64(hour)*3600 + int64(minute)*60, why, true
}

// nearestClock takes 8:60 for 9:00, and what comes after the end of the day
// for its last hour or minute.
func nearestClock(hour, minute int) (int, int) {
	if minute == 60 && hour < 23 {
		return hour + 1, 0
	}
	if hour == 24 {
		return 23, 59
	}
	return min(hour, 23), min(minute, 59)
}

// smallNumber reads digits, and takes 9999 for what is larger.
func smallNumber(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil || n > 9999 {
		return 9999
	}
	return n
}
