package discord

import "encoding/json"

// What Discord sends is decoded into these structs, and never into discordgo's:
// one unknown component there fails a whole page. They hold only what is used.

type user struct {
	ID         string `json:"id"`
	Username   string `json:"username"`
	GlobalName string `json:"global_name"`
	Bot        bool   `json:"bot"`
	System     bool   `json:"system"`
}

type member struct {
	User        *user    `json:"user"`
	Nick        string   `json:"nick"`
	Roles       []string `json:"roles"`
	Permissions string   `json:"permissions"` // in interactions: of this member, in this channel
	Timeout     string   `json:"communication_disabled_until"`
}

type message struct {
	ID          string          `json:"id"`
	ChannelID   string          `json:"channel_id"`
	GuildID     string          `json:"guild_id"`
	Type        int             `json:"type"`
	Flags       int             `json:"flags"`
	Author      *user           `json:"author"`
	Member      *member         `json:"member"`
	WebhookID   string          `json:"webhook_id"`
	Content     string          `json:"content"`
	Timestamp   string          `json:"timestamp"`
	Edited      string          `json:"edited_timestamp"`
	Attachments []attachment    `json:"attachments"`
	Reactions   []reaction      `json:"reactions"`
	Reference   *reference      `json:"message_reference"`
	Mentions    []user          `json:"mentions"`
	Stickers    []sticker       `json:"sticker_items"`
	Poll        *poll           `json:"poll"`
	Components  json.RawMessage `json:"components"`
	Embeds      json.RawMessage `json:"embeds"`
}

type attachment struct {
	Filename string `json:"filename"`
	URL      string `json:"url"`
}

type sticker struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type poll struct {
	Question pollText `json:"question"`
	Answers  []struct {
		Text pollText `json:"poll_media"`
	} `json:"answers"`
}

type pollText struct {
	Text string `json:"text"`
}

type reaction struct {
	Count int   `json:"count"`
	Emoji emoji `json:"emoji"`
}

type emoji struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type reference struct {
	Type      int    `json:"type"` // 0 answers a message, 1 forwards it
	MessageID string `json:"message_id"`
	ChannelID string `json:"channel_id"`
}

type channel struct {
	ID         string          `json:"id"`
	GuildID    string          `json:"guild_id"`
	ParentID   string          `json:"parent_id"`
	OwnerID    string          `json:"owner_id"`
	Type       int             `json:"type"`
	Flags      int             `json:"flags"`
	Name       string          `json:"name"`
	Position   int             `json:"position"`
	Thread     *threadMetadata `json:"thread_metadata"`
	Overwrites []overwrite     `json:"permission_overwrites"`
	Tags       []tag           `json:"available_tags"`
}

type threadMetadata struct {
	Archived bool   `json:"archived"`
	Since    string `json:"archive_timestamp"` // when it was archived, or opened again
	Locked   bool   `json:"locked"`
}

type overwrite struct {
	ID    string `json:"id"`
	Type  int    `json:"type"` // 0 role, 1 member
	Allow string `json:"allow"`
	Deny  string `json:"deny"`
}

type tag struct {
	ID        string `json:"id"`
	Moderated bool   `json:"moderated"`
}

type role struct {
	ID          string `json:"id"`
	Permissions string `json:"permissions"`
}

type guild struct {
	ID              string    `json:"id"`
	Name            string    `json:"name"`
	OwnerID         string    `json:"owner_id"`
	SystemChannelID string    `json:"system_channel_id"`
	Unavailable     bool      `json:"unavailable"`
	Roles           []role    `json:"roles"`
	Channels        []channel `json:"channels"`
	Threads         []channel `json:"threads"`
}
