package slack

import "time"

// Texts that several codes share.
const (
	textToken = "Slack does not take the token: it was replaced, is mistyped, or is refused from this machine's address; copy it again from the app's page OAuth & Permissions, or install Colloquy again"
	textGone  = "Colloquy is no longer installed in this Slack workspace: install it there again"
	textOrg   = "the Slack organisation does not let Colloquy into this workspace: have one of its admins approve the app there"
	textWrong = "Slack refused the form of what Colloquy sent (CODE), and the log says more; look for a newer version, or report it with this code"
	textLong  = "what was to be sent is longer than Slack allows (CODE): shorten it"
	textLate  = "Slack waits no longer for an answer to that: ask again"
	textMess  = "the message is gone: it was deleted on Slack"
	textDown  = "Slack has trouble of its own (CODE); try again in some minutes, and see slack-status.com"
	textShare = "the channel is shared with another organisation, whose rules do not allow that (CODE): use another channel, or ask its admins"
)

// senses are the codes that Slack documents for the methods which are used, as far
// as they can be met (docs.slack.dev/reference/methods).
var senses = map[string]sense{
	// The token.
	"invalid_auth":            {never, "bad_token", textToken, 0},
	"not_authed":              {never, "bad_token", textToken, 0},
	"not_allowed_token_type":  {never, "bad_token", "this is another kind of Slack token than is needed here: a bot token begins with xoxb-, an app token with xapp-", 0},
	"token_expired":           {never, "bad_token", "the token has expired, because token rotation is on for this Slack app: turn it off on the app's page OAuth & Permissions, and install the app again", 0},
	"token_revoked":           {never, "guild_gone", textGone, 0},
	"account_inactive":        {never, "guild_gone", textGone, 0},
	"org_login_required":      {never, "no_access", textOrg, 0},
	"team_access_not_granted": {never, "no_access", textOrg, 0},
	"access_denied":           {never, "no_permission", textOrg, 0},
	"enterprise_is_restricted": {never, "no_access",
		"Colloquy was installed for a whole Slack organisation, which it does not support: install it in one workspace", 0},
	"two_factor_setup_required": {never, "no_access", textOrg, 0},
	"ekm_access_denied":         {inTime, "no_access", "the admins of this Slack organisation have suspended posting: ask them", 15 * time.Minute},
	"accesslimited":             {inTime, "no_permission", "Slack refuses this machine's network: have an admin allow its address for the app", 5 * time.Minute},

	// The channel.
	"channel_not_found": {never, "channel_gone",
		"Slack knows no such channel (CHANNEL): it was deleted, its id is mistyped, or it is private and Colloquy is not in it; write /invite and the app's name there, or choose another channel", 0},
	"invalid_channel": {never, "channel_gone", "CHANNEL is not there: it was deleted, or its id is mistyped; choose another channel", 0},
	"not_in_channel":  {never, "no_access", "Colloquy is not in CHANNEL: write /invite and the app's name there", 0},
	"is_archived":     {never, "no_access", "CHANNEL is archived: unarchive it, and write /invite and the app's name there, or choose another channel", 0},
	"method_not_supported_for_channel_type": {never, "no_permission",
		"Slack does not allow that in a conversation of this kind (CHANNEL): choose a channel", 0},

	// What is allowed.
	"missing_scope": {never, "no_permission", "the Slack app lacks a permission (SCOPES): update it from the manifest (colloquy slack manifest) and install it again", 0},
	"no_permission": {never, "no_permission", "the Slack app may not do that: update it from the manifest (colloquy slack manifest) and install it again", 0},
	"restricted_action": {never, "no_permission",
		"a setting of the Slack workspace keeps Colloquy from posting in CHANNEL (CODE): have an admin allow it, or choose another channel", 0},
	"restricted_action_read_only_channel": {never, "no_permission",
		"CHANNEL takes posts of some people alone: have an admin let the app post there, or choose another channel", 0},
	"restricted_action_thread_only_channel": {never, "no_permission",
		"CHANNEL takes replies in threads alone, so no discussion can begin there: choose another channel, or have an admin change that", 0},
	"restricted_action_non_threadable_channel": {never, "no_permission",
		"CHANNEL takes no threads, so no discussion can be held there: choose another channel, or have an admin change that", 0},
	"restricted_action_thread_locked":           {never, "thread_locked", "the thread is locked: have somebody unlock it", 0},
	"posting_to_channel_denied":                 {never, "no_permission", "a setting of the Slack workspace keeps Colloquy from posting in CHANNEL: have an admin allow it, or choose another channel", 0},
	"slack_connect_canvas_sharing_blocked":      {never, "no_permission", textShare, 0},
	"slack_connect_file_link_sharing_blocked":   {never, "no_permission", textShare, 0},
	"slack_connect_file_upload_sharing_blocked": {never, "no_permission", textShare, 0},
	"slack_connect_clip_sharing_blocked":        {never, "no_permission", textShare, 0},
	"slack_connect_blocked_file_type":           {never, "no_permission", textShare, 0},
	"file_uploads_disabled":                     {never, "no_permission", "files are turned off in this Slack workspace: ask its admins", 0},
	"file_uploads_except_images_disabled":       {never, "no_permission", "no files but images are allowed in this Slack workspace: ask its admins", 0},
	"file_type_not_allowed":                     {never, "no_permission", "files of this kind are not allowed in this Slack workspace: ask its admins", 0},
	"file_upload_size_restricted":               {never, "too_long", textLong, 0},
	"storage_limit_reached":                     {never, "no_permission", "this Slack workspace has no room for files: delete some", 0},

	// The message.
	"message_not_found":        {never, "message_gone", textMess, 0},
	"thread_not_found":         {never, "message_gone", textMess, 0},
	"parent_message_not_found": {never, "message_gone", textMess, 0},
	"cannot_reply_to_message":  {never, "message_gone", "Slack takes no replies to this message: it was deleted, or is of another kind", 0},
	"cant_update_message":      {never, "refused", "Slack lets Colloquy change its own messages alone", 0},
	"cant_delete_message":      {never, "refused", "Slack lets Colloquy delete its own messages alone", 0},
	"edit_window_closed":       {never, "refused", "a setting of the Slack workspace lets messages be changed for some time alone, which is over", 0},
	"update_failed":            {unclear, "slack_down", textDown, 0},
	"already_reacted":          {never, "nothing_to_do", "that is there already", 0},
	"no_reaction":              {never, "nothing_to_do", "that is not there", 0},

	// Its form.
	"msg_too_long":                   {never, "too_long", textLong, 0},
	"msg_blocks_too_long":            {never, "too_long", textLong, 0},
	"view_too_large":                 {never, "too_long", textLong, 0},
	"metadata_too_large":             {never, "too_long", textLong, 0},
	"too_many_attachments":           {never, "too_long", textLong, 0},
	"no_text":                        {never, "bad_form", textWrong, 0},
	"invalid_blocks":                 {never, "bad_form", textWrong, 0},
	"invalid_blocks_format":          {never, "bad_form", textWrong, 0},
	"invalid_metadata_format":        {never, "bad_form", textWrong, 0},
	"invalid_metadata_schema":        {never, "bad_form", textWrong, 0},
	"metadata_must_be_sent_from_app": {never, "bad_form", textWrong, 0},
	"invalid_arguments":              {never, "bad_form", textWrong, 0},
	"invalid_arg_name":               {never, "bad_form", textWrong, 0},
	"invalid_array_arg":              {never, "bad_form", textWrong, 0},
	"invalid_charset":                {never, "bad_form", textWrong, 0},
	"invalid_form_data":              {never, "bad_form", textWrong, 0},
	"invalid_post_type":              {never, "bad_form", textWrong, 0},
	"missing_post_type":              {never, "bad_form", textWrong, 0},
	"missing_argument":               {never, "bad_form", textWrong, 0},
	"invalid_cursor":                 {never, "bad_form", textWrong, 0},
	"invalid_limit":                  {never, "bad_form", textWrong, 0},
	"invalid_ts_latest":              {never, "bad_form", textWrong, 0},
	"invalid_ts_oldest":              {never, "bad_form", textWrong, 0},
	"unknown_method":                 {never, "bad_api", "what answered does not know a method of Slack's Web API (CODE): COLLOQUY_SLACK_API is wrong; set it to the address with /api at the end, or unset it", 0},
	"method_deprecated":              {never, "refused", "Slack no longer has what Colloquy asked for (CODE): look for a newer version", 0},
	"deprecated_endpoint":            {never, "refused", "Slack no longer has what Colloquy asked for (CODE): look for a newer version", 0},

	// People.
	"user_not_found":        {never, "no_person", "Slack knows no such person: the id is mistyped, or of another workspace", 0},
	"user_not_visible":      {never, "no_person", "Colloquy cannot see this person: they are of another workspace", 0},
	"users_not_found":       {never, "no_person", "Slack knows no such person: the id is mistyped, or of another workspace", 0},
	"user_disabled":         {never, "no_direct", "this person's account is closed", 0},
	"cannot_dm_bot":         {never, "no_direct", "this is an app, which takes no direct messages from others", 0},
	"messages_tab_disabled": {never, "no_direct", "the Slack app takes no messages: update it from the manifest (colloquy slack manifest)", 0},
	"user_not_in_channel":   {never, "no_direct", "this person is not in CHANNEL: nothing can be shown to them there", 0},

	// Answers to what people do.
	"expired_trigger_id":   {never, "too_late", textLate, 0},
	"trigger_expired":      {never, "too_late", textLate, 0},
	"exchanged_trigger_id": {never, "too_late", textLate, 0},
	"trigger_exchanged":    {never, "too_late", textLate, 0},
	"invalid_trigger_id":   {never, "too_late", textLate, 0},
	"invalid_trigger":      {never, "too_late", textLate, 0},
	"expired_url":          {never, "too_late", textLate, 0},
	"used_url":             {never, "too_late", textLate, 0},
	"hash_conflict":        {never, "too_late", textLate, 0},
	"not_found":            {never, "too_late", textLate, 0}, // a view that was closed
	"view_not_found":       {never, "too_late", textLate, 0},
	"push_limit_reached":   {never, "too_late", "Slack opens no more windows over one another: close one", 0},

	// Installing.
	"invalid_code":      {never, "too_late", "the code with which Slack sent you back is not valid any more: begin the installation again", 0},
	"code_expired":      {never, "too_late", "the code with which Slack sent you back is not valid any more: begin the installation again", 0},
	"code_already_used": {never, "too_late", "the code with which Slack sent you back was used before: begin the installation again", 0},
	"invalid_client_id": {never, "bad_client", "Slack does not know the client id: copy it from the app's page Basic Information", 0},
	"bad_client_secret": {never, "bad_client", "Slack does not take the client secret: copy it from the app's page Basic Information", 0},
	"bad_redirect_uri":  {never, "bad_client", "the address to which Slack sends people back is another than at the beginning: set the redirect URL of the app from the manifest", 0},
	"forbidden_team":    {never, "refused", "Slack does not let this workspace use Socket Mode: use the HTTP endpoints", 0},

	// For the moment.
	"message_limit_exceeded": {inTime, "rate_limited", "too many messages are sent in this Slack workspace; it goes on in a minute", time.Minute},
	"too_many_websockets":    {inTime, "rate_limited", "the Slack app has too many connections open: stop other copies of it", time.Minute},
	"team_added_to_org":      {inTime, "slack_down", "the workspace is being moved into a Slack organisation, and takes nothing until that is done", 5 * time.Minute},
	"internal_error":         {unclear, "slack_down", textDown, 0},
	"fatal_error":            {unclear, "slack_down", textDown, 0},
	"request_timeout":        {unclear, "slack_down", textDown, 0},
	"service_unavailable":    {unclear, "slack_down", textDown, 0},
	"rollup_error":           {unclear, "slack_down", textDown, 0},
}
