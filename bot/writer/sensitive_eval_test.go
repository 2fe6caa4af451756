package writer

import (
	"slices"
	"strings"
	"testing"
)

// What was judged by reading the evaluation articles: those under which no
// discussion should be opened unseen, by topic, and sixty others that mention a
// death or a crime.
var (
	judgedSensitive = map[string]string{
		"entertainment/190": TopicObituary, "entertainment/320": TopicObituary, "entertainment/356": TopicObituary, "politics/308": TopicObituary,
		"cnndm-train/66": TopicObituary, "entertainment/204": TopicSexual, "politics/140": TopicSexual, "cnndm-train/44": TopicMinor,
		"urdu/CurrentAffairs1.txt": TopicKilling, "urdu/News2.txt": TopicMinor,
	}
	judgedHarmless = strings.Fields(`
		business/354 business/398 business/458 business/486 entertainment/018 entertainment/032 entertainment/090 entertainment/104 entertainment/146
		entertainment/218 entertainment/262 entertainment/276 entertainment/290 entertainment/304 entertainment/372 entertainment/386 politics/014
		politics/070 politics/154 politics/168 politics/182 politics/196 politics/224 politics/280 politics/366 politics/394 politics/408 sport/150 sport/234
		sport/364 sport/406 tech/002 tech/218 tech/394
		cnndm-train/2 cnndm-train/6 cnndm-train/10 cnndm-train/12 cnndm-train/18 cnndm-train/22 cnndm-train/26 cnndm-train/28 cnndm-train/32 cnndm-train/34
		cnndm-train/48 cnndm-train/50 cnndm-train/52 cnndm-train/58 cnndm-train/60 cnndm-train/74 cnndm-train/78 cnndm-train/80 cnndm-train/84 cnndm-train/86
		cnndm-train/88 cnndm-train/96 cnndm-train/98 urdu/CurrentAffairs3.txt urdu/CurrentAffairs5.txt urdu/Religion2.txt`)
)

// Over the evaluation articles: how many are held, how many of them rightly,
// and which of those that were judged to be sensitive are missed.
func TestSensitiveOfTheEvaluationArticles(t *testing.T) {
	oneByOne(t)
	w := newWriter(t)
	found, held, right := 0, 0, 0
	for _, set := range []string{"bbc.jsonl", "cnndm.jsonl", "urdu.jsonl"} {
		items := evalSet(t, set)
		topics := map[string]int{}
		for _, it := range items {
			topic, why, ok := w.Sensitive(it.article())
			want := judgedSensitive[it.ID]
			if ok {
				topics[topic]++
				held++
			}
			switch {
			case ok && topic == want:
				right++
			case ok:
				t.Logf("wrongly held: %s as %s: %s", it.ID, topic, why)
			case want != "":
				t.Logf("missed: %s, which is %s", it.ID, want)
			}
			if ok && slices.Contains(judgedHarmless, it.ID) {
				t.Errorf("%s only mentions it: %s", it.ID, why)
			}
			if want != "" {
				found++
			}
		}
		t.Logf("%s: of %d held %v", set, len(items), topics)
	}
	t.Logf("held %d, rightly %d; %d of %d that are sensitive; %d others judged", held, right, right, found, len(judgedHarmless))
	if right*10 < held*9 || right*10 < found*9 {
		t.Errorf("held %d, rightly %d, of %d", held, right, found)
	}
}
