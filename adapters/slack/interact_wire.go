package slack

import "encoding/json"

// A slashed is a command that was typed, as the fields of its form.
type slashed struct {
	Command string `json:"command"` // "/discuss", or what it is called in their app
	Text    string `json:"text"`    // behind it; with should_escape, so that people and channels are ids
	Team    string `json:"team_id"`
	Channel string `json:"channel_id"`
	User    string `json:"user_id"`
	Name    string `json:"user_name"`
	Trigger string `json:"trigger_id"`
	URL     string `json:"response_url"` // lets anybody answer in our name: it is never logged
}

// An interaction is something that a person did with a button, a form or the
// menu of a message.
type interaction struct {
	Type      string    `json:"type"` // "block_actions", "view_submission", "view_closed", "message_action"
	Callback  string    `json:"callback_id"`
	Trigger   string    `json:"trigger_id"`
	URL       string    `json:"response_url"`
	ActionTS  string    `json:"action_ts"`
	MessageTS string    `json:"message_ts"` // of message_action
	Team      wireID    `json:"team"`
	User      account   `json:"user"`
	Channel   wireID    `json:"channel"`
	Message   pressed   `json:"message"`
	Container container `json:"container"`
	Actions   []action  `json:"actions"`
	View      view      `json:"view"`
}

type wireID struct {
	ID string `json:"id"`
}

// A container is where a button is.
type container struct {
	Type      string `json:"type"` // "message", "view"
	MessageTS string `json:"message_ts"`
	ThreadTS  string `json:"thread_ts"`
	ChannelID string `json:"channel_id"`
	Ephemeral bool   `json:"is_ephemeral"` // only its person sees it, and there is no message
}

// A pressed message is one whose button was pressed, or whose menu was used.
type pressed struct {
	TS          string          `json:"ts"`
	ThreadTS    string          `json:"thread_ts"`
	Team        string          `json:"team"` // of its author
	Text        string          `json:"text"`
	Blocks      json.RawMessage `json:"blocks"`
	Attachments json.RawMessage `json:"attachments"`
}

type action struct {
	Type  string `json:"type"`
	ID    string `json:"action_id"`
	Value string `json:"value"`
	TS    string `json:"action_ts"`
	URL   string `json:"url"` // that it leads to; then there is nothing to do
	Text  struct {
		Text string `json:"text"`
	} `json:"text"`
}

type view struct {
	ID        string `json:"id"`
	Callback  string `json:"callback_id"`
	Metadata  string `json:"private_metadata"`
	Installed string `json:"app_installed_team_id"`
	State     struct {
		Values map[string]map[string]struct {
			Value string `json:"value"`
		} `json:"values"`
	} `json:"state"`
}

// written is what stands in the one input of our forms.
func (v view) written() string { return v.State.Values[formInput][formInput].Value }

// place is the channel of an interaction, the thread in it, and the message; the
// last is empty where nobody else sees that.
func (in *interaction) place() (channel, thread, message string) {
	channel = in.Channel.ID
	if channel == "" {
		channel = in.Container.ChannelID
	}
	thread = in.Message.ThreadTS
	if thread == "" {
		thread = in.Container.ThreadTS
	}
	if in.Container.Ephemeral {
		return channel, thread, ""
	}
	for _, ts := range []string{in.Message.TS, in.MessageTS, in.Container.MessageTS} {
		if ts != "" {
			return channel, thread, ts
		}
	}
	return channel, thread, ""
}
