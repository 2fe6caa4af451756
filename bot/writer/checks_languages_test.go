package writer

import (
	"testing"

	"colloquy/bot"
)

// Articles in languages without words in prompts/, written for these tests.
var otherLanguages = map[string]bot.Article{
	"zh": {Title: "市议会批准建桥", Text: "市议会周二批准在北河上修建一座新桥。这座桥预计耗资三百万元，将于2030年完工。北区居民反对这项计划，因为他们担心交通拥堵。市长王明说，新桥可以缩短上班时间。反对派要求公布费用报告。"},
	"ja": {Title: "市議会が橋の建設を承認", Text: "市議会は火曜日、北川に新しい橋を建設する計画を承認した。橋の建設費は300万円で、2030年に完成する予定だ。北区の住民は交通渋滞を心配して計画に反対している。田中市長は、橋が通勤時間を短くすると述べた。"},
	"th": {Title: "สภาเมืองอนุมัติสะพาน", Text: "สภาเมืองอนุมัติการสร้างสะพานใหม่ข้ามแม่น้ำเหนือเมื่อวันอังคาร สะพานนี้จะมีค่าใช้จ่ายสามล้านบาทและจะแล้วเสร็จในปี 2030 ชาวบ้านในเขตเหนือคัดค้านแผนนี้เพราะกังวลเรื่องการจราจร นายกเทศมนตรีสมชายกล่าวว่าสะพานจะช่วยลดเวลาเดินทาง"},
	"ar": {Title: "المجلس يوافق على الجسر", Text: "وافق مجلس المدينة يوم الثلاثاء على بناء جسر جديد فوق النهر الشمالي. سيكلف الجسر ثلاثة ملايين دينار وسيكتمل في عام 2030. يعارض سكان الحي الشمالي الخطة لأنهم يخشون الازدحام. قال رئيس البلدية حسن كريم إن الجسر سيقلل وقت السفر."},
	"hi": {Title: "परिषद ने पुल को मंजूरी दी", Text: "नगर परिषद ने मंगलवार को उत्तरी नदी पर नए पुल के निर्माण को मंजूरी दी। इस पुल पर 300 करोड़ रुपये खर्च होंगे और यह 2030 में पूरा होगा। उत्तरी इलाके के निवासी इस योजना का विरोध कर रहे हैं क्योंकि उन्हें जाम का डर है। महापौर राजेश वर्मा ने कहा कि पुल से यात्रा का समय घटेगा।"},
	"ko": {Title: "시의회, 다리 건설 승인", Text: "시의회는 화요일 북강에 새 다리를 건설하는 계획을 승인했다. 다리 건설에는 300만 원이 들고 2030년에 완공될 예정이다. 북구 주민들은 교통 혼잡을 걱정하며 계획에 반대한다. 김민수 시장은 다리가 출근 시간을 줄일 것이라고 말했다."},
	"ka": {Title: "საბჭომ ხიდი დაამტკიცა", Text: "საქალაქო საბჭომ სამშაბათს დაამტკიცა ახალი ხიდის მშენებლობა ჩრდილოეთ მდინარეზე. ხიდი სამი მილიონი ლარი დაჯდება და 2030 წელს დასრულდება. უბნის მცხოვრებლები გეგმას ეწინააღმდეგებიან. მერმა გიორგი ბერიძემ თქვა, რომ ხიდი მგზავრობის დროს შეამცირებს."},
	"he": {Title: "המועצה אישרה את הגשר", Text: "מועצת העיר אישרה ביום שלישי בניית גשר חדש מעל הנהר הצפוני. הגשר יעלה שלושה מיליון שקלים ויושלם בשנת 2030. תושבי השכונה מתנגדים לתוכנית כי הם חוששים מפקקים. ראש העיר דוד כהן אמר שהגשר יקצר את זמן הנסיעה."},
	"it": {Title: "Il consiglio approva il ponte", Text: "Il consiglio comunale di Ravenna ha approvato martedì la costruzione di un nuovo ponte sul fiume. Il ponte costerà tre milioni di euro e sarà pronto nel 2030. Gli abitanti del quartiere nord sono contrari al progetto perché temono il traffico. Il sindaco Marco Bianchi ha detto che il ponte ridurrà il tempo di viaggio."},
	"tr": {Title: "Meclis köprüyü onayladı", Text: "Belediye meclisi salı günü kuzey nehri üzerine yeni bir köprü yapılmasını onayladı. Köprü üç milyon liraya mal olacak ve 2030 yılında tamamlanacak. Kuzey mahallesinde oturanlar trafikten korktukları için plana karşı çıkıyor. Belediye başkanı Mehmet Kaya köprünün yolculuk süresini kısaltacağını söyledi."},
	"pl": {Title: "Rada zgadza się na most", Text: "Rada miasta Poznań zdecydowała we wtorek o budowie nowego mostu przez rzekę Wartę. Most ma kosztować 400 milionów złotych i będzie gotowy w 2030 roku. Mieszkańcy dzielnicy Rataje są przeciwni tej inwestycji, ponieważ obawiają się korków. Prezydent Jan Kowal powiedział, że most skróci czas dojazdu."},
	"ru": {Title: "Совет одобрил мост", Text: "Городской совет во вторник одобрил строительство нового моста через Северную реку. Мост обойдётся в 300 миллионов рублей и будет готов в 2030 году. Жители северного района выступают против плана, потому что боятся пробок. Мэр Иван Белов сказал, что мост сократит время в пути."},
}

func TestStrictStatementsInOtherLanguages(t *testing.T) {
	tests := []struct {
		of   bot.Article
		name string
		text string
		want string
	}{
		{newsGerman(), "in other words", "Die Stadt Ahlbruck will drei ihrer fünf Schwimmbäder im Herbst schließen, weil die Energiekosten gestiegen sind.", ""},
		{newsGerman(), "part of a compound", "Nach Angaben der Verwaltung sind gestiegene Kosten der Energie der Grund dafür.", ""},
		{newsGerman(), "another form", "Eine Umfrage unter Einwohnern zeigt, dass 62 Prozent die Schließungen ablehnen.", ""},
		{newsGerman(), "name", "Die Stadt Ahlbruck schließt im Herbst drei Schwimmbäder, sagte Fernando.", "name_not_in_article"},
		{newsGerman(), "name begins", "Merkel sagte, die Stadt Ahlbruck schließe im Herbst drei ihrer fünf Schwimmbäder.", "name_not_in_article"},
		{newsGerman(), "place", "Die Stadt Ahlbruck in Bayern schließt im Herbst drei ihrer fünf Schwimmbäder.", "name_not_in_article"},
		{newsGerman(), "number in words", "Die Stadt Ahlbruck schließt im Herbst vier ihrer Schwimmbäder.", "number_not_in_article"},
		{newsGerman(), "power of ten", "Die Stadt rechnet mit Einsparungen von zwei Milliarden Euro im Jahr.", "number_not_in_article"},
		{newsGerman(), "fraction", "Schwimmvereine könnten durch die Schließungen die Hälfte ihrer Mitglieder verlieren.", "number_not_in_article"},
		{newsGerman(), "denied", "Die Stadt Ahlbruck schließt im Herbst keine drei ihrer fünf Schwimmbäder.", "negation"},
		{newsGerman(), "quotation", "„Die Schließung der Bäder ist ein Verbrechen“, sagte Petra Lohmann.", "quotation_not_verbatim"},
		{newsSpanish(), "in other words", "El ayuntamiento quiere limitar los pisos turísticos del centro de Valdemora desde enero.", ""},
		{newsSpanish(), "an ordinary word begins", "Varios propietarios han anunciado recursos contra la medida.", ""},
		{newsSpanish(), "name begins", "Fernando afirmó que los pisos turísticos expulsan a los vecinos del centro.", "name_not_in_article"},
		{newsSpanish(), "name", "El ayuntamiento de Sevilla limitará los pisos turísticos en el centro a partir de enero.", "name_not_in_article"},
		{newsSpanish(), "number", "El sector prevé pérdidas de quince millones de euros.", "number_not_in_article"},
		{newsSpanish(), "unit", "El sector prevé pérdidas de doce millones de dólares.", "number_not_in_article"},
		{newsSpanish(), "denied", "El ayuntamiento de Valdemora no limitará los pisos turísticos en el centro.", "negation"},
		{newsFrench(), "in other words", "En septembre, la gare de Saint-Aubert perdra le dernier guichet qui lui reste.", ""},
		{newsFrench(), "name begins", "Macron a annoncé que la gare de Saint-Aubert perdra son dernier guichet.", "name_not_in_article"},
		{newsFrench(), "name", "La gare de Saint-Étienne perdra son dernier guichet en septembre.", "name_not_in_article"},
		{newsFrench(), "number", "La compagnie prévoit des économies de quatre millions d'euros par an.", "number_not_in_article"},
		{newsFrench(), "denied", "La gare de Saint-Aubert ne perdra pas son dernier guichet en septembre.", "negation"},
		{opinionUrdu(), "in other words", "مضمون نگار کے مطابق درختوں کی کٹائی کی وجہ سے شہر کی گرمی میں اضافہ ہو رہا ہے۔", ""},
		{opinionUrdu(), "name", "عمران خان کے مطابق درختوں کی کٹائی کی وجہ سے شہر کی گرمی میں اضافہ ہو رہا ہے۔", "word_not_in_article"},
		{opinionUrdu(), "number", "ایک درخت کا سایہ بیس پنکھوں سے بہتر ہے۔", "number_not_in_article"},
		{opinionUrdu(), "denied", "درختوں کی کٹائی کی وجہ سے شہر کی گرمی میں اضافہ نہیں ہو رہا ہے۔", "negation"},

		{otherLanguages["zh"], "verbatim", "市议会周二批准在北河上修建一座新桥。", ""},
		{otherLanguages["zh"], "joined", "市议会批准修建新桥，预计将于2030年完工。", ""},
		{otherLanguages["zh"], "name", "市长李伟说，新桥可以缩短上班时间。", "word_not_in_article"},
		{otherLanguages["zh"], "place", "上海市议会周二批准在北河上修建一座新桥。", "word_not_in_article"},
		{otherLanguages["zh"], "digits", "这座桥预计耗资三百万元，将于2035年完工。", "number_not_in_article"},
		{otherLanguages["zh"], "numerals", "这座桥预计耗资五百万元，将于2030年完工。", "number_not_in_article"},
		{otherLanguages["ja"], "verbatim", "市議会は火曜日、北川に新しい橋を建設する計画を承認した。", ""},
		{otherLanguages["ja"], "name", "山本市長は、橋が通勤時間を短くすると述べた。", "word_not_in_article"},
		{otherLanguages["ja"], "name in kana", "フェルナンド市長は、橋が通勤時間を短くすると述べた。", "word_not_in_article"},
		{otherLanguages["ja"], "digits", "橋の建設費は500万円で、2030年に完成する予定だ。", "number_not_in_article"},
		{otherLanguages["zh"], "another river", "市议会周二批准在南河上修建一座新桥。", "word_not_in_article"},
		{otherLanguages["ja"], "another day", "市議会は水曜日、北川に新しい橋を建設する計画を承認した。", "word_not_in_article"},
		{otherLanguages["ja"], "power of ten lost", "橋の建設費は300円で、2030年に完成する予定だ。", "number_not_in_article"},
		{otherLanguages["ja"], "Latin letters", "橋の建設費は300万円で、2030年に完成するとNATOは述べた。", "word_not_in_article"},
		{otherLanguages["ja"], "quotation", "田中市長は「橋は絶対に必要だ」と述べた。", "quotation_not_verbatim"},
		{otherLanguages["th"], "verbatim", "สภาเมืองอนุมัติการสร้างสะพานใหม่ข้ามแม่น้ำเหนือเมื่อวันอังคาร", ""},
		{otherLanguages["th"], "name", "นายกเทศมนตรีประยุทธ์กล่าวว่าสะพานจะช่วยลดเวลาเดินทาง", "word_not_in_article"},
		{otherLanguages["th"], "digits", "สะพานนี้จะแล้วเสร็จในปี 2035", "number_not_in_article"},
		{otherLanguages["ar"], "verbatim", "وافق مجلس المدينة يوم الثلاثاء على بناء جسر جديد فوق النهر الشمالي.", ""},
		{otherLanguages["ar"], "another form", "وافق المجلس على بناء الجسر الجديد فوق النهر الشمالي.", ""},
		{otherLanguages["ar"], "name", "قال رئيس البلدية عمر السيد إن الجسر سيقلل وقت السفر.", "word_not_in_article"},
		{otherLanguages["hi"], "verbatim", "इस पुल पर 300 करोड़ रुपये खर्च होंगे और यह 2030 में पूरा होगा।", ""},
		{otherLanguages["hi"], "name", "महापौर सुरेश कुमार ने कहा कि पुल से यात्रा का समय घटेगा।", "word_not_in_article"},
		{otherLanguages["hi"], "number", "इस पुल पर 500 करोड़ रुपये खर्च होंगे और यह 2030 में पूरा होगा।", "number_not_in_article"},
		{otherLanguages["ko"], "verbatim", "시의회는 화요일 북강에 새 다리를 건설하는 계획을 승인했다.", ""},
		{otherLanguages["ko"], "other particles", "시의회가 화요일 새 다리를 건설하는 계획을 승인했다.", ""},
		{otherLanguages["ko"], "name", "박지훈 시장은 다리가 출근 시간을 줄일 것이라고 말했다.", "word_not_in_article"},
		{otherLanguages["ko"], "another given name", "김민지 시장은 다리가 출근 시간을 줄일 것이라고 말했다.", "word_not_in_article"},
		{otherLanguages["ka"], "verbatim", "საქალაქო საბჭომ სამშაბათს დაამტკიცა ახალი ხიდის მშენებლობა ჩრდილოეთ მდინარეზე.", ""},
		{otherLanguages["ka"], "name", "მერმა ლევან კაპანაძემ თქვა, რომ ხიდი მგზავრობის დროს შეამცირებს.", "word_not_in_article"},
		{otherLanguages["he"], "verbatim", "מועצת העיר אישרה ביום שלישי בניית גשר חדש מעל הנהר הצפוני.", ""},
		{otherLanguages["he"], "name", "ראש העיר משה לוי אמר שהגשר יקצר את זמן הנסיעה.", "word_not_in_article"},
		{otherLanguages["pl"], "verbatim", "Mieszkańcy dzielnicy Rataje są przeciwni tej inwestycji, ponieważ obawiają się korków.", ""},
		{otherLanguages["pl"], "name", "Mieszkańcy Warszawy są przeciwni tej inwestycji, ponieważ obawiają się korków.", "name_not_in_article"},
		{otherLanguages["pl"], "name begins", "Fernando jest przeciwny tej inwestycji, ponieważ obawia się korków.", "name_not_in_article"},
		{otherLanguages["pl"], "number", "Most ma kosztować 900 milionów złotych i będzie gotowy w 2030 roku.", "number_not_in_article"},
		{otherLanguages["ru"], "verbatim", "Мост обойдётся в 300 миллионов рублей и будет готов в 2030 году.", ""},
		{otherLanguages["it"], "number in few letters", "Il ponte costerà sei milioni di euro e sarà pronto nel 2030.", "name_not_in_article"},
		{otherLanguages["it"], "name", "Il sindaco Luca ha detto che il ponte ridurrà il tempo di viaggio.", "name_not_in_article"},
		{otherLanguages["it"], "power of ten", "Il ponte costerà tre miliardi di euro e sarà pronto nel 2030.", "name_not_in_article"},
		{otherLanguages["tr"], "number in few letters", "Köprü on milyon liraya mal olacak ve 2030 yılında tamamlanacak.", "name_not_in_article"},
		{otherLanguages["tr"], "name", "Belediye başkanı Ali Kaya köprünün yolculuk süresini kısaltacağını söyledi.", "name_not_in_article"},
		{otherLanguages["ru"], "power of ten", "Мост обойдётся в 300 миллиардов рублей и будет готов в 2030 году.", "number_not_in_article"},
		{otherLanguages["ru"], "power of ten lost", "Мост обойдётся в 300 рублей и будет готов в 2030 году.", "number_not_in_article"},
		{otherLanguages["ru"], "in another order", "Мост будет готов в 2030 году и обойдётся в 300 миллионов рублей.", ""},
		{otherLanguages["ru"], "short name", "Мэр ян сказал, что мост сократит время в пути.", "name_not_in_article"},
		{otherLanguages["ru"], "name", "Мэр Сергей Петров сказал, что мост сократит время в пути.", "name_not_in_article"},
		{otherLanguages["ru"], "name begins", "Путин сказал, что мост сократит время в пути.", "name_not_in_article"},
		{otherLanguages["ru"], "a Latin letter in a name", "Мэр Ивaн Белов сказал, что мост сократит время в пути.", "markup"},
	}
	for _, tt := range tests {
		c := modelChecker(read(tt.of))
		t.Run(c.doc.lang+" "+tt.name, func(t *testing.T) {
			s := bot.Statement{Text: tt.text, Evidence: computedEvidence(c.doc, tt.text)}
			if got := c.statement(s, nil, sentencesOf(c.doc)); got.code != tt.want {
				t.Errorf("%q: %s “%s”, want %q; it cites %v", tt.text, got.code, got.detail, tt.want, s.Evidence)
			}
		})
	}
}

// Every sentence of an article passes the strict checks for its own facts.
func TestStrictChecksPassTheArticlesOwnSentences(t *testing.T) {
	articles := fixtures()
	for _, a := range otherLanguages {
		articles = append(articles, a)
	}
	for _, a := range articles {
		c := modelChecker(read(a))
		sentences := sentencesOf(c.doc)
		for i, text := range sentences {
			f := c.statement(bot.Statement{Text: text, Evidence: []int{i}}, nil, sentences)
			if f.failed() && f.code != "length" {
				t.Errorf("%s: %s “%s”: %q", c.doc.lang, f.code, f.detail, text)
			}
		}
	}
}
