package modeltest

// fixtures are short articles of our own by language.
func fixtures() map[string]Article {
	return map[string]Article{
		"en": numberedArticle("A ferry for Velm",
			"The council of Velm opens a ferry across the river Ode on 3 May.",
			"The boat will cross the river ten times a day, and a ticket will cost 2 crowns.",
			"Farmers on the eastern bank have asked for a crossing since the old bridge fell in 1998.",
			"Shopkeepers in Upper Velm expect more customers from the villages, which have no market of their own.",
			"The mayor, Ines Dahl, said that the ferry pays for itself after six summers.",
			"Anglers fear that the waves of the boat drive the fish away.",
			"A count last autumn found 340 people a day who drove round the lake to work.",
			"The county pays a third of the price and wants a report every winter."),
		"de": numberedArticle("Eine Fähre für Velm",
			"Der Rat von Velm eröffnet am 3. Mai eine Fähre über den Fluss Ode.",
			"Das Boot soll den Fluss zehnmal am Tag überqueren, und eine Karte kostet 2 Kronen.",
			"Die Bauern am östlichen Ufer warten seit dem Einsturz der alten Brücke im Jahr 1998 auf einen Übergang.",
			"Die Händler in Obervelm rechnen mit mehr Kunden aus den Dörfern, weil es dort keinen Markt gibt.",
			"Die Bürgermeisterin Ines Dahl sagte, dass sich die Fähre nach sechs Sommern bezahlt macht.",
			"Angler fürchten, dass die Wellen des Bootes die Fische vertreiben.",
			"Eine Zählung im letzten Herbst ergab 340 Menschen am Tag, die um den See zur Arbeit fuhren."),
		"es": numberedArticle("Un transbordador para Velm",
			"El ayuntamiento de Velm abre el 3 de mayo un transbordador sobre el río Oda.",
			"El barco cruzará el río diez veces al día y el billete costará 2 coronas.",
			"Los campesinos de la orilla oriental piden un paso desde la caída del viejo puente en 1998.",
			"Los comerciantes de Velm Alto esperan más clientes de las aldeas, que no tienen mercado propio.",
			"La alcaldesa Inés Dahl dijo que el transbordador se paga solo después de seis veranos.",
			"Los pescadores temen que las olas del barco espanten a los peces.",
			"Un recuento del otoño pasado contó 340 personas al día que rodeaban el lago en coche."),
		"fr": numberedArticle("Un bac pour Velm",
			"La commune de Velm ouvre le 3 mai un bac sur la rivière Ode.",
			"Le bateau traversera la rivière dix fois par jour et le billet coûtera 2 couronnes.",
			"Les paysans de la rive orientale demandent un passage depuis la chute du vieux pont en 1998.",
			"Les commerçants de Haut-Velm attendent plus de clients des villages, qui n’ont pas de marché.",
			"La maire Inès Dahl a dit que le bac se rembourse après six étés.",
			"Les pêcheurs craignent que les vagues du bateau chassent les poissons.",
			"Un comptage de l’automne dernier a trouvé 340 personnes par jour qui contournaient le lac en voiture."),
		"ur": numberedArticle("ویلم کے لیے کشتی",
			"ویلم کی کونسل 3 مئی کو دریائے اودے پر ایک کشتی شروع کرے گی۔",
			"کشتی دن میں دس بار دریا پار کرے گی اور ٹکٹ کی قیمت 2 کراؤن ہو گی۔",
			"مشرقی کنارے کے کسان 1998 میں پرانا پل گرنے کے بعد سے راستے کا مطالبہ کر رہے ہیں۔",
			"بالائی ویلم کے دکانداروں کو دیہات سے مزید گاہکوں کی امید ہے۔",
			"ناظمہ اینس ڈال نے کہا کہ کشتی چھ گرمیوں کے بعد اپنا خرچ پورا کر لے گی۔",
			"ماہی گیروں کو ڈر ہے کہ کشتی کی لہریں مچھلیوں کو بھگا دیں گی۔",
			"گزشتہ خزاں کی گنتی میں روزانہ 340 افراد گاڑی سے جھیل کے گرد جاتے تھے۔"),
	}
}

func numberedArticle(title string, sentences ...string) Article {
	a := Article{Title: title}
	for i, s := range sentences {
		a.Sentences = append(a.Sentences, Numbered{i + 1, s})
	}
	return a
}
