// What Colloquy sends to Slack; written by TestSlackPicturesAreOfWhatIsSent.
const sent = {};
// post: the root, and the questions below it.
sent.post = [
  {
    "blocks": [
      {
        "type": "header",
        "text": {
          "type": "plain_text",
          "text": "Harbour town of Vellmar closes its main street to cars for a year",
          "emoji": false
        },
        "block_id": "post/key000000000000000000001"
      },
      {
        "type": "rich_text",
        "elements": [
          {
            "type": "rich_text_section",
            "elements": [
              {
                "type": "link",
                "url": "https://www.vellmar-herald.example/town/quay-street",
                "text": "⁨Vellmar Herald (vellmar-herald.example) · Leila Marchetti · 22 November 2026⁩"
              }
            ]
          }
        ]
      },
      {
        "type": "image",
        "image_url": "https://www.vellmar-herald.example/town/quay-street.jpg",
        "alt_text": "Harbour town of Vellmar closes its main street to cars for a year"
      },
      {
        "type": "rich_text",
        "elements": [
          {
            "type": "rich_text_quote",
            "elements": [
              {
                "type": "text",
                "text": "The town council voted 14 to 11 on Tuesday night to close Quay Street to private cars for twelve months, beginning on 1 April, after a debate that lasted almost five hours and drew more than 300 people to the public gallery.\n[…] \"A street without cars brings more customers to its shops, because people on foot stop more often,\" said Marta Oyelaran, the councillor who proposed the trial.\n[…] \"A town without a railway station should not expect the results of Ostrey,\" warned Ines Halloran, who wrote the report."
              }
            ]
          },
          {
            "type": "rich_text_section",
            "elements": [
              {
                "type": "text",
                "text": "— "
              },
              {
                "type": "text",
                "text": "Vellmar Herald"
              }
            ]
          }
        ]
      },
      {
        "type": "rich_text",
        "elements": [
          {
            "type": "rich_text_list",
            "elements": [
              {
                "type": "rich_text_section",
                "elements": [
                  {
                    "type": "text",
                    "text": "Ines Halloran says: “A town without a railway station should not expect the results of Ostrey”. What would have to change before that advice no longer held?"
                  }
                ]
              },
              {
                "type": "rich_text_section",
                "elements": [
                  {
                    "type": "text",
                    "text": "Consider what Marta Oyelaran says: “A street without cars brings more customers to its shops, because people on foot stop more often”. Who might explain the same thing differently, and on what evidence?"
                  }
                ]
              },
              {
                "type": "rich_text_section",
                "elements": [
                  {
                    "type": "text",
                    "text": "Of all the people behind the story headed “Harbour town of Vellmar closes its main street to cars for a year”, whom would you most like to question, and about what?"
                  }
                ]
              }
            ],
            "style": "ordered",
            "indent": 0,
            "border": 0,
            "offset": 0
          }
        ]
      },
      {
        "type": "context",
        "elements": [
          {
            "type": "plain_text",
            "text": "Replies are recorded until 24 Nov 09:00 UTC and kept for 180 days after that, for a recap posted here. /discuss privacy says more.",
            "emoji": false
          }
        ]
      },
      {
        "type": "actions",
        "elements": [
          {
            "type": "button",
            "text": {
              "type": "plain_text",
              "text": "Your data",
              "emoji": false
            },
            "action_id": "key000000000000000000001/privacy/0"
          }
        ]
      }
    ],
    "channel": "C0000000002",
    "metadata": {
      "event_payload": {
        "key": "key000000000000000000001"
      },
      "event_type": "colloquy_post"
    },
    "mrkdwn": "false",
    "text": "Harbour town of Vellmar closes its main street to cars for a year\n⁨Vellmar Herald (vellmar-herald.example) · Leila Marchetti · 22 November 2026⁩\n\u0026gt; The town council voted 14 to 11 on Tuesday night to close Quay Street to private cars for twelve months, beginning on 1 April, after a debate that lasted almost five hours and drew more than 300 people to the public gallery.\n[…] \"A street without cars brings more customers to its shops, because people on foot stop more often,\" said Marta Oyelaran, the councillor who proposed the trial.\n[…] \"A town without a railway station should not expect the results of Ostrey,\" warned Ines Halloran, who wrote the report.\n— Vellmar Herald\n1. Ines Halloran says: “A town without a railway station should not expect the results of Ostrey”. What would have to change before that advice no longer held?\n2. Consider what Marta Oyelaran says: “A street without cars brings more customers to its shops, because people on foot stop more often”. Who might explain the same thing differently, and on what evidence?\n3. Of all the people behind the story headed “Harbour town of Vellmar closes its main street to cars for a year”, whom would you most like to question, and about what?\nReplies are recorded until 24 Nov 09:00 UTC and kept for 180 days after that, for a recap posted here. /discuss privacy says more.",
    "unfurl_links": "false",
    "unfurl_media": "false"
  }
]
// question: a question in the thread, and an answer by form.
sent.question = [
  {
    "blocks": [
      {
        "type": "rich_text",
        "block_id": "post/key000000000000000000003",
        "elements": [
          {
            "type": "rich_text_section",
            "elements": [
              {
                "type": "text",
                "text": "1. ",
                "style": {
                  "bold": true
                }
              },
              {
                "type": "text",
                "text": "Ines Halloran says: “A town without a railway station should not expect the results of Ostrey”. What would have to change before that advice no longer held?"
              }
            ]
          }
        ]
      },
      {
        "type": "actions",
        "elements": [
          {
            "type": "button",
            "text": {
              "type": "plain_text",
              "text": "Answer",
              "emoji": false
            },
            "action_id": "key000000000000000000003/answer/0",
            "value": "{\"form\":\"Your answer, shown here under your name\",\"id\":\"00000004\",\"n\":\"1\"}",
            "style": "primary"
          },
          {
            "type": "button",
            "text": {
              "type": "plain_text",
              "text": "Why this question?",
              "emoji": false
            },
            "action_id": "key000000000000000000003/evidence/1",
            "value": "{\"id\":\"00000004\",\"n\":\"1\"}"
          }
        ]
      }
    ],
    "channel": "C0000000002",
    "metadata": {
      "event_payload": {
        "key": "key000000000000000000003"
      },
      "event_type": "colloquy_post"
    },
    "mrkdwn": "false",
    "text": "1. Ines Halloran says: “A town without a railway station should not expect the results of Ostrey”. What would have to change before that advice no longer held?",
    "thread_ts": "1763888400.000005",
    "unfurl_links": "false",
    "unfurl_media": "false"
  },
  {
    "blocks": [
      {
        "type": "rich_text",
        "block_id": "post/key000000000000000000006",
        "elements": [
          {
            "type": "rich_text_section",
            "elements": [
              {
                "type": "text",
                "text": "Ben, on question 1",
                "style": {
                  "bold": true
                }
              }
            ]
          },
          {
            "type": "rich_text_quote",
            "elements": [
              {
                "type": "text",
                "text": "One more thing: my father sells shoes there, and he signed the letter before anybody had asked him what he needs."
              }
            ]
          }
        ]
      },
      {
        "type": "actions",
        "elements": [
          {
            "type": "button",
            "text": {
              "type": "plain_text",
              "text": "Remove",
              "emoji": false
            },
            "action_id": "key000000000000000000006/remove/0",
            "value": "{\"id\":\"00000007\"}"
          }
        ]
      }
    ],
    "channel": "C0000000002",
    "metadata": {
      "event_payload": {
        "key": "key000000000000000000006"
      },
      "event_type": "colloquy_post"
    },
    "mrkdwn": "false",
    "text": "Ben, on question 1\n\u0026gt; One more thing: my father sells shoes there, and he signed the letter before anybody had asked him what he needs.",
    "thread_ts": "1763888400.000005",
    "unfurl_links": "false",
    "unfurl_media": "false"
  }
]
// recap: the recap.
sent.recap = [
  {
    "blocks": [
      {
        "type": "header",
        "text": {
          "type": "plain_text",
          "text": "Recap: Harbour town of Vellmar closes its main street to cars for a year",
          "emoji": false
        },
        "block_id": "post/key000000000000000000008"
      },
      {
        "type": "rich_text",
        "elements": [
          {
            "type": "rich_text_section",
            "elements": [
              {
                "type": "link",
                "url": "https://www.vellmar-herald.example/town/quay-street",
                "text": "vellmar-herald.example"
              }
            ]
          }
        ]
      },
      {
        "type": "rich_text",
        "elements": [
          {
            "type": "rich_text_section",
            "elements": [
              {
                "type": "text",
                "text": "4 people wrote 5 replies."
              }
            ]
          }
        ]
      },
      {
        "type": "rich_text",
        "elements": [
          {
            "type": "rich_text_section",
            "elements": [
              {
                "type": "text",
                "text": "Question 1 drew the most replies: 3."
              }
            ]
          }
        ]
      },
      {
        "type": "rich_text",
        "elements": [
          {
            "type": "rich_text_quote",
            "elements": [
              {
                "type": "text",
                "text": "For the people who live on the street. I would rather walk past trees than wait behind a row of parked vans, and the bus is late because of them."
              }
            ]
          },
          {
            "type": "rich_text_section",
            "elements": [
              {
                "type": "text",
                "text": "— "
              },
              {
                "type": "link",
                "url": "https://vellmar-readers.slack.com/archives/C0000000002/p1763888400000009?cid=C0000000002\u0026thread_ts=1763888400.000005",
                "text": "Amina, on question 1"
              }
            ]
          }
        ]
      },
      {
        "type": "rich_text",
        "elements": [
          {
            "type": "rich_text_quote",
            "elements": [
              {
                "type": "text",
                "text": "I do not believe the 17 percent. Visitors are not customers, and the report says itself that rents went up and four shops closed."
              }
            ]
          },
          {
            "type": "rich_text_section",
            "elements": [
              {
                "type": "text",
                "text": "— "
              },
              {
                "type": "link",
                "url": "https://vellmar-readers.slack.com/archives/C0000000002/p1763888400000010?cid=C0000000002\u0026thread_ts=1763888400.000005",
                "text": "Chioma, on question 2"
              }
            ]
          }
        ]
      },
      {
        "type": "rich_text",
        "elements": [
          {
            "type": "rich_text_quote",
            "elements": [
              {
                "type": "text",
                "text": "Mill Lane is where the school is. Count the cars there before April and not only after, or nobody will know whether it got worse."
              }
            ]
          },
          {
            "type": "rich_text_section",
            "elements": [
              {
                "type": "text",
                "text": "— "
              },
              {
                "type": "link",
                "url": "https://vellmar-readers.slack.com/archives/C0000000002/p1763888400000011?cid=C0000000002\u0026thread_ts=1763888400.000005",
                "text": "Dorota"
              }
            ]
          }
        ]
      },
      {
        "type": "context",
        "elements": [
          {
            "type": "plain_text",
            "text": "Written from the replies by the extractive writer. /discuss forget-me removes what you wrote from the record.",
            "emoji": false
          }
        ]
      }
    ],
    "channel": "C0000000002",
    "metadata": {
      "event_payload": {
        "key": "key000000000000000000008"
      },
      "event_type": "colloquy_post"
    },
    "mrkdwn": "false",
    "text": "Recap: Harbour town of Vellmar closes its main street to cars for a year\nvellmar-herald.example\n4 people wrote 5 replies.\nQuestion 1 drew the most replies: 3.\n\u0026gt; For the people who live on the street. I would rather walk past trees than wait behind a row of parked vans, and the bus is late because of them.\n— Amina, on question 1\n\u0026gt; I do not believe the 17 percent. Visitors are not customers, and the report says itself that rents went up and four shops closed.\n— Chioma, on question 2\n\u0026gt; Mill Lane is where the school is. Count the cars there before April and not only after, or nobody will know whether it got worse.\n— Dorota\nWritten from the replies by the extractive writer. /discuss forget-me removes what you wrote from the record.",
    "thread_ts": "1763888400.000005",
    "unfurl_links": "false",
    "unfurl_media": "false"
  }
]
