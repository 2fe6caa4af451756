package writer

import (
	"strings"
	"testing"
)

func TestDetectLanguage(t *testing.T) {
	tests := []struct{ want, text string }{
		{"en", "The port will close its northern basin in October, the council decided on Monday after a long debate."},
		{"en", "I think that the council is right about the port."},
		{"es", "El puerto cerrará su dársena norte en octubre, según decidió el lunes el consejo de la ciudad."},
		{"de", "Der Hafen schließt im Oktober sein nördliches Becken, wie der Stadtrat am Montag entschieden hat."},
		{"fr", "Le port fermera son bassin nord en octobre, a décidé lundi le conseil municipal après un long débat."},
		{"pt", "O porto vai fechar a sua doca norte em outubro, decidiu na segunda-feira a câmara municipal, que não disse o que vai fazer com os trabalhadores. Os sindicatos dizem que a decisão foi tomada sem os ouvir e pedem uma reunião com a presidente."},
		{"nl", "De haven sluit in oktober het noordelijke bekken, zo heeft de gemeenteraad maandag na een lang debat besloten, en de boeren zijn daar niet blij mee."},
		{"it", "Il porto chiuderà la sua darsena nord in ottobre, ha deciso lunedì il consiglio comunale dopo un lungo dibattito con gli agricoltori."},
		{"ur", "شہری کونسل نے پیر کو فیصلہ کیا ہے کہ بندرگاہ کا شمالی حصہ اکتوبر میں بند کر دیا جائے گا۔"},
		{"ar", "قرر مجلس المدينة يوم الإثنين إغلاق الحوض الشمالي للميناء في شهر أكتوبر المقبل."},
		{"fa", "شورای شهر روز دوشنبه تصمیم گرفت که حوضچه شمالی بندر در ماه اکتبر بسته شود."},
		{"ps", "د ښار شورا پرېکړه وکړه چې د بندر شمالي برخه به په اکتوبر کې وتړل شي."},
		{"sd", "شهر جي ڪائونسل فيصلو ڪيو آهي ته بندرگاهه جو اتريون حصو آڪٽوبر ۾ بند ڪيو ويندو."},
		{"ku", "ئەنجومەنی شار ڕۆژی دووشەممە بڕیاری دا کە بەندەرەکە لە مانگی تشرینی یەکەمدا دابخرێت."},
		{"ru", "Городской совет решил в понедельник закрыть северный бассейн порта в октябре этого года."},
		{"uk", "Міська рада вирішила в понеділок закрити північний басейн порту в жовтні цього року, щоб заощадити гроші."},
		{"hi", "नगर परिषद ने सोमवार को फैसला किया कि बंदरगाह का उत्तरी हिस्सा अक्टूबर में बंद कर दिया जाएगा।"},
		{"zh", "市议会周一决定，港口将于十月关闭北部港池。"},
		{"ja", "市議会は月曜日、港の北側の水域を十月に閉鎖することを決めた。"},
		{"ko", "시의회는 월요일에 항구의 북쪽 구역을 시월에 폐쇄하기로 결정했다."},
		{"th", "สภาเมืองตัดสินใจเมื่อวันจันทร์ว่าจะปิดท่าเรือด้านเหนือในเดือนตุลาคม"},
		{"el", "Το δημοτικό συμβούλιο αποφάσισε τη Δευτέρα να κλείσει τη βόρεια λεκάνη του λιμανιού."},
		{"he", "מועצת העיר החליטה ביום שני לסגור את האגן הצפוני של הנמל בחודש אוקטובר."},
		{"", "Palm Bay: Noah Jackson 1 goal, 1 assist. Melbourne: Osas Osaro 3 goals. Heritage: Armani Sheffield 19 points. Rockledge: Jean Laurent 4 aces, Marie Dupont 2 digs. Bayside: Luc Martin 8 kills."},
		{"", ""},
		{"", "12 + 30 = 42!"},
		{"", "xqzt"},
		{"", "سلام"},
	}
	for _, tt := range tests {
		if got := DetectLanguage(tt.text); got != tt.want {
			t.Errorf("DetectLanguage(%.40q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

// A language that only the middle of a long text is written in is not its own.
func TestDetectLanguageOfLongTexts(t *testing.T) {
	english := strings.Repeat("The council decided on Monday that the port will close in October. ", 300)
	urdu := strings.Repeat("کونسل نے فیصلہ کیا ہے کہ بندرگاہ بند کر دی جائے گی۔ ", 300)
	if got := DetectLanguage(english + urdu[:200] + english); got != "en" {
		t.Errorf("got %q, want en", got)
	}
	if got := DetectLanguage("Share this article. Log in. " + urdu); got != "ur" {
		t.Errorf("got %q, want ur", got)
	}
}

// The text of an article may begin with pages of names and numbers.
func TestDetectLanguageBehindAList(t *testing.T) {
	list := strings.Repeat("Osaro 3 (Jackson 1) ", 150)
	text := strings.Repeat("The council decided on Monday that the port will close in October. ", 60)
	if got := DetectLanguage(list + text + list); got != "en" {
		t.Errorf("got %q, want en", got)
	}
}
