// Package writer turns an article into a digest and replies into a recap.
//
//	language.go, sentences.go   text becomes a document: sentences and words
//	safe.go                     which sentences may be shown at all
//	summary.go                  which of them say what the article says
//	claims.go, questions.go     what can be asked about it
//	checks.go                   what every writer's digest must pass
//	sensitive.go, patterns.go   whether it is about a suicide, a massacre and the like
//	story.go                    whether two articles tell the same story
//	recap.go, stance.go         which replies stand for the discussion, and who disagrees
//	llm_digest.go, llm_long.go  a model is asked, told what failed, and filled up
//	llm_recap.go                the same for a discussion
//
// The [Extractive] writer works without a model, a key or a network. The [LLM]
// has a language model write, and believes nothing of it.
package writer
