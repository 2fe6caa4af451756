package slack

import "encoding/json"

// What Slack sends is decoded into these structs, and never into those of
// slack-go: one field of another type there fails a whole page. They hold only
// what is used. Blocks are left as they are.

type message struct {
	Type     string          `json:"type"`
	Subtype  string          `json:"subtype"`
	Channel  string          `json:"channel"` // in events
	User     string          `json:"user"`
	Team     string          `json:"team"`      // of the author, who may be of another workspace
	UserTeam string          `json:"user_team"` // the same
	BotID    string          `json:"bot_id"`
	AppID    string          `json:"app_id"`
	Username string          `json:"username"`
	Text     string          `json:"text"`
	TS       string          `json:"ts"`
	ThreadTS string          `json:"thread_ts"`
	Hidden   bool            `json:"hidden"`
	Blocks   json.RawMessage `json:"blocks"`
	Files    []file          `json:"files"`
	Profile  *profile        `json:"user_profile"`
	Edited   *struct {
		TS string `json:"ts"`
	} `json:"edited"`
	Reactions   []reaction `json:"reactions"`
	ReplyCount  int        `json:"reply_count"`
	LatestReply string     `json:"latest_reply"`
	Metadata    *struct {
		Type    string `json:"event_type"`
		Payload struct {
			Key string `json:"key"`
		} `json:"event_payload"`
	} `json:"metadata"`
	// Of message_changed and message_deleted.
	Message   *message `json:"message"`
	Previous  *message `json:"previous_message"`
	DeletedTS string   `json:"deleted_ts"`
}

type file struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Title     string `json:"title"`
	Mode      string `json:"mode"` // "tombstone": it was deleted; "hidden_by_limit"
	Permalink string `json:"permalink"`
}

type profile struct {
	DisplayName string `json:"display_name"`
	RealName    string `json:"real_name"`
}

type reaction struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}
