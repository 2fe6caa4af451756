// Package modeltest is a server of language models for tests: it speaks the wire
// formats of Anthropic, OpenAI's Chat Completions and Ollama on this machine, and
// says what a test has it say.
package modeltest
