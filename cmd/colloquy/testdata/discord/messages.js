// What Colloquy sends to Discord; written by TestDiscordPicturesAreOfWhatIsSent.
const sent = {};
// post: the root, and the questions below it.
sent.post = [
  {
    "content": "",
    "embeds": [
      {
        "author": {
          "name": "⁨Vellmar Herald (vellmar-herald.example) · Leila Marchetti · 22 November 2026⁩"
        },
        "title": "Harbour town of Vellmar closes its main street to cars for a year",
        "url": "https://www.vellmar-herald.example/town/quay-street",
        "description": "\u003e The town council voted 14 to 11 on Tuesday night to close Quay Street to private cars for twelve months, beginning on 1 April, after a debate that lasted almost five hours and drew more than 300 people to the public gallery.\n\u003e \\[…\\] \"A street without cars brings more customers to its shops, because people on foot stop more often,\" said Marta Oyelaran, the councillor who proposed the trial.\n\u003e \\[…\\] \"A town without a railway station should not expect the results of Ostrey,\" warned Ines Halloran, who wrote the report.\n-# — Vellmar Herald\n\n1. Ines Halloran says: “A town without a railway station should not expect the results of Ostrey”. What would have to change before that advice no longer held?\n2. Consider what Marta Oyelaran says: “A street without cars brings more customers to its shops, because people on foot stop more often”. Who might explain the same thing differently, and on what evidence?\n3. Of all the people behind the story headed “Harbour town of Vellmar closes its main street to cars for a year”, whom would you most like to question, and about what?",
        "color": 3049131,
        "image": {
          "url": "https://www.vellmar-herald.example/town/quay-street.jpg"
        },
        "footer": {
          "text": "Replies are recorded until 24 Nov 09:00 UTC and kept for 180 days after that, for a recap posted here. /colloquy privacy says more."
        }
      }
    ],
    "components": [
      {
        "type": 1,
        "components": [
          {
            "type": 2,
            "style": 2,
            "label": "Your data",
            "custom_id": "key000000000000000000001/privacy/"
          }
        ]
      }
    ],
    "allowed_mentions": {
      "parse": []
    },
    "nonce": "key000000000000000000001",
    "enforce_nonce": true
  }
]
// question: a question in the thread, and an answer by form.
sent.question = [
  {
    "content": "**1.** Ines Halloran says: “A town without a railway station should not expect the results of Ostrey”. What would have to change before that advice no longer held?",
    "embeds": [],
    "components": [
      {
        "type": 1,
        "components": [
          {
            "type": 2,
            "style": 1,
            "label": "Answer",
            "custom_id": "key000000000000000000002/answer/form=Your+answer,+shown+here+under+your+name\u0026id=00000003\u0026n=1"
          },
          {
            "type": 2,
            "style": 2,
            "label": "Why this question?",
            "custom_id": "key000000000000000000002/evidence/id=00000003\u0026n=1"
          }
        ]
      }
    ],
    "allowed_mentions": {
      "parse": []
    },
    "nonce": "key000000000000000000002",
    "enforce_nonce": true
  },
  {
    "content": "**Ben, on question 1**\n\u003e One more thing: my father sells shoes there, and he signed the letter before anybody had asked him what he needs.",
    "embeds": [],
    "components": [
      {
        "type": 1,
        "components": [
          {
            "type": 2,
            "style": 2,
            "label": "Remove",
            "custom_id": "key000000000000000000004/remove/id=00000005"
          }
        ]
      }
    ],
    "allowed_mentions": {
      "parse": []
    },
    "nonce": "key000000000000000000004",
    "enforce_nonce": true
  }
]
// recap: the recap.
sent.recap = [
  {
    "content": "",
    "embeds": [
      {
        "author": {
          "name": "vellmar-herald.example"
        },
        "title": "Recap: Harbour town of Vellmar closes its main street to cars for a year",
        "url": "https://www.vellmar-herald.example/town/quay-street",
        "description": "4 people wrote 5 replies.\n\nQuestion 1 drew the most replies: 3.\n\n\u003e For the people who live on the street. I would rather walk past trees than wait behind a row of parked vans, and the bus is late because of them.\n-# — [Amina, on question 1](https://discord.com/channels/100000000000000006/100000000000000007/100000000000000008)\n\n\u003e I do not believe the 17 percent. Visitors are not customers, and the report says itself that rents went up and four shops closed.\n-# — [Chioma, on question 2](https://discord.com/channels/100000000000000006/100000000000000007/100000000000000009)\n\n\u003e Mill Lane is where the school is. Count the cars there before April and not only after, or nobody will know whether it got worse.\n-# — [Dorota](https://discord.com/channels/100000000000000006/100000000000000007/100000000000000010)",
        "color": 3049131,
        "footer": {
          "text": "Written from the replies by the extractive writer. /colloquy forget-me removes what you wrote from the record."
        }
      }
    ],
    "components": [
      {
        "type": 1,
        "components": [
          {
            "type": 2,
            "style": 2,
            "label": "Your data",
            "custom_id": "key000000000000000000011/privacy/"
          }
        ]
      }
    ],
    "allowed_mentions": {
      "parse": []
    },
    "nonce": "key000000000000000000011",
    "enforce_nonce": true
  }
]
