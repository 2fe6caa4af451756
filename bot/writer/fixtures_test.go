package writer

import "colloquy/bot"

// Articles of our own, written for these tests.

func opinionEnglish() bot.Article {
	return bot.Article{ID: "en-op", Title: "Give the river back to the town", Text: `For forty years Harlow Bend has treated its river as a drain. We pour concrete along its banks, we hide it behind car parks, and then we wonder why nobody walks there. The town should open the embankment to people again.

Shopkeepers fear that fewer parking spaces will cost them customers. That fear is understandable, but it is not borne out elsewhere. Streets with more room for walkers almost always sell more than streets with more room for cars. Parking invariably leads to empty pavements.

Like a library, the river is a common good that belongs to everyone. The council must stop selling riverside plots to the highest bidder. If the last plots are sold, the town will never get them back.

Critics say that the plan is too expensive. A flood costs more than a park. Insurance premiums in the old quarter will rise sharply if nothing is done. We should plant willows along the whole bank before the next spring flood.`}
}

func newsEnglish() bot.Article {
	return bot.Article{ID: "en-news", Title: "Tram line to reach the airport by 2031", URL: "https://news.example/tram", Site: "news.example", Text: `The city of Maren will extend its tram line to the airport by 2031, the transport office said on Tuesday. The extension is expected to cost 410 million crowns. Construction could begin next spring.

"The tram will take 12,000 cars a day off the northern road," said Ilse Hartog, head of the transport office. The figure comes from a study that the office commissioned last year.

Residents of Eastfield are less enthusiastic. "The city should repair the buses before it builds new toys," said Piet Amsel, chairman of the Eastfield residents' association. Shop owners along the route expect to lose customers during the work.

The opposition rejected the plan because the city has not said where the money will come from. Councillor Dora Lindt called the figures "wishful thinking". Ticket prices will rise if the state does not share the cost, economists warn. The council votes in March.`}
}

func graveEnglish() bot.Article {
	return bot.Article{ID: "en-grave", Title: "Cyclist killed at crossing named", Text: `A cyclist who died after a collision with a lorry on Monday has been named as Tomas Reed. Mr Reed, 34, was killed on his way to work. His family said that they were devastated by his death.

"Every junction on this road is dangerous," said Maud Ellery, chairwoman of the local cycling group. The council should close the crossing to lorries during the school run, the group said. The council said that it would review the crossing.

Police are asking for witnesses. Three people have died at the crossing since 2019. A driver has been questioned. The council expects a report in June.`}
}

func opinionGerman() bot.Article {
	return bot.Article{ID: "de-op", Title: "Mehr Mut zum Schatten", Text: `Unsere Städte werden im Sommer zu Backöfen. Wir pflastern Plätze, wir fällen Linden, und dann wundern wir uns über leere Cafés. Die Stadt Ahlbruck sollte auf jedem ihrer Plätze Bäume pflanzen.

Gegner des Plans warnen vor hohen Kosten. Ein Baum kostet in zwanzig Jahren weniger als eine Klimaanlage in drei Sommern. Versiegelte Plätze führen zu überlasteten Kanälen und vollen Kellern. Ein schattiger Platz ist so wichtig wie eine gute Bibliothek.

Ohne Schatten könnten viele Läden im Sommer schließen. Wer heute pflanzt, wird den Schatten vielleicht nicht mehr erleben. Wir sollten die nächsten Haushaltsmittel nicht für Parkplätze ausgeben. Eine Stadt ohne Bäume verliert immer ihre alten Menschen zuerst.`}
}

func newsGerman() bot.Article {
	return bot.Article{ID: "de-news", Title: "Ahlbruck schließt drei Schwimmbäder", Text: `Die Stadt Ahlbruck schließt im Herbst drei ihrer fünf Schwimmbäder. Grund dafür sind nach Angaben der Verwaltung die gestiegenen Energiekosten. Der Stadtrat stimmte am Montag mit knapper Mehrheit zu.

„Die Schließung der Bäder ist ein schwerer Fehler“, sagte Petra Lohmann, Leiterin der Grundschule Nord. „Viele Kinder werden nie richtig schwimmen lernen“, warnte sie. Die Stadt rechnet mit Einsparungen von zwei Millionen Euro im Jahr.

Schwimmvereine könnten durch die Schließungen ein Drittel ihrer Mitglieder verlieren. „Die Stadt muss zuerst bei den Straßen sparen“, sagte Jens Okoro, Sprecher der Schwimmvereine. Eine Umfrage zeigt, dass 62 Prozent der Einwohner die Schließung ablehnen. Die Opposition kritisiert die Entscheidung als überhastet.`}
}

func opinionSpanish() bot.Article {
	return bot.Article{ID: "es-op", Title: "La siesta de los libros", Text: `Nuestras bibliotecas cierran cuando la gente sale del trabajo. Nadie que trabaje hasta las siete puede pisar la biblioteca de su barrio. El ayuntamiento debería abrir las bibliotecas hasta la medianoche.

Los concejales alegan que faltan recursos. Una biblioteca abierta por la noche cuesta menos que una rotonda. Las bibliotecas cerradas llevan a los jóvenes a los centros comerciales. Debemos dejar de tratar la lectura como un lujo.

El silencio de una sala de lectura es tan importante como una plaza con sombra. Si el horario no cambia, los barrios del sur perderán sus últimas salas. Una ciudad que cierra sus bibliotecas siempre acaba abriendo más tribunales.`}
}

func newsSpanish() bot.Article {
	return bot.Article{ID: "es-news", Title: "Valdemora limita los pisos turísticos", Text: `El ayuntamiento de Valdemora limitará los pisos turísticos en el centro a partir de enero. La medida afecta a unas 900 viviendas. Los propietarios han anunciado recursos.

«Los pisos turísticos expulsan a los vecinos del centro», afirmó Lucía Barrena, portavoz de la asociación vecinal. «La ciudad debe proteger primero a quienes viven en ella», dijo Barrena. El sector prevé pérdidas de doce millones de euros.

Los hoteleros critican la falta de inspectores en los barrios históricos. «El límite podría hundir a cientos de familias», advirtió Mateo Urrutia, presidente de los propietarios. Según una encuesta municipal, el 58 por ciento de los residentes apoya la medida. Los alquileres del centro subieron debido a la demanda turística.`}
}

func opinionFrench() bot.Article {
	return bot.Article{ID: "fr-op", Title: "Rendons la nuit aux étoiles", Text: `Nos villages brillent toute la nuit pour personne. Nous payons des lampadaires que seuls les chats regardent. Les communes devraient éteindre leurs rues après minuit.

Certains élus craignent pour la sécurité des habitants. Une rue éteinte coûte moins cher qu'une rue surveillée. La lumière artificielle conduit à la disparition des insectes et des chauves-souris. Le ciel noir est aussi important que l'eau propre.

Si les communes attendent encore, une génération entière ignorera la Voie lactée. Nous devons apprendre à marcher dans l'ombre. L'éclairage permanent finit toujours par coûter plus que prévu. Les économies pourraient financer les transports scolaires de la vallée.`}
}

func newsFrench() bot.Article {
	return bot.Article{ID: "fr-news", Title: "Saint-Aubert ferme son dernier guichet", Text: `La gare de Saint-Aubert perdra son dernier guichet en septembre. La compagnie ferroviaire a annoncé la décision mardi. Les voyageurs achèteront leurs billets en ligne ou aux automates.

« Les personnes âgées doivent garder un interlocuteur en gare », a déclaré Anne Vasseur, présidente de l'association des usagers. « La fermeture du guichet est une erreur grave », a-t-elle ajouté. La compagnie prévoit des économies de trois millions d'euros par an.

Les élus de la région refusent de financer les nouveaux automates. « Les automates pourraient décourager les voyageurs occasionnels », a averti Marc Delorme, maire de Saint-Aubert. Selon un sondage, 64 pour cent des habitants utilisent encore le guichet.`}
}

func opinionUrdu() bot.Article {
	return bot.Article{ID: "ur-op", Title: "شہر کے درخت", Text: `ہمارے شہر ہر سال گرم ہوتے جا رہے ہیں۔ درختوں کی کٹائی کی وجہ سے شہر کی گرمی میں اضافہ ہو رہا ہے۔ شہری حکومت کو ہر سڑک کے کنارے درخت لگانے چاہئیں۔

ہمیں چاہیے کہ پارکوں کو پارکنگ میں بدلنے کی مخالفت کریں۔ ایک درخت کا سایہ دس پنکھوں سے بہتر ہے۔ شہر کے غریب محلوں میں سایہ سب سے اہم ضرورت ہے۔

اگر آج درخت نہ لگائے گئے تو شہر کے بچے سائے کو ترسیں گے۔ درختوں کے بغیر شہر کی ہوا ہمیشہ آلودہ رہتی ہے۔ ماہرین کے مطابق اگلے دس سال میں گرمی کی لہروں میں اضافے کا امکان ہے۔`}
}
