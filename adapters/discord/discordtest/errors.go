package discordtest

import (
	"fmt"
	"net/http"
)

// A failure is an error as Discord answers it.
type failure struct {
	status, code int
	message      string
	errors       obj // where in the request, of code 50035
}

func (f *failure) Error() string { return fmt.Sprintf("%d: %s", f.code, f.message) }

func (f *failure) body() obj {
	b := obj{"code": f.code, "message": f.message}
	if f.errors != nil {
		b["errors"] = f.errors
	}
	return b
}

// refuse makes the failure of a documented code.
func refuse(code int) *failure {
	status, message := http.StatusBadRequest, ""
	switch code {
	case 10003:
		status, message = 404, "Unknown Channel"
	case 10004:
		status, message = 404, "Unknown Guild"
	case 10007:
		status, message = 404, "Unknown Member"
	case 10008:
		status, message = 404, "Unknown Message"
	case 10013:
		status, message = 404, "Unknown User"
	case 10014:
		message = "Unknown Emoji"
	case 10015:
		status, message = 404, "Unknown Webhook"
	case 10062:
		status, message = 404, "Unknown interaction"
	case 10063:
		status, message = 404, "Unknown application command"
	case 30033:
		message = "Maximum number of thread participants has been reached (1000)"
	case 30034:
		message = "Maximum number of daily application command creates has been reached (200)"
	case 40058:
		message = "Cannot send messages in a forum channel"
	case 40060:
		message = "Interaction has already been acknowledged."
	case 40067:
		message = "A tag is required to create a forum post in this channel"
	case 50001:
		status, message = 403, "Missing Access"
	case 50003:
		status, message = 403, "Cannot execute action on a DM channel"
	case 50005:
		status, message = 403, "Cannot edit a message authored by another user"
	case 50006:
		message = "Cannot send an empty message"
	case 50007:
		status, message = 403, "Cannot send messages to this user"
	case 50008:
		message = "Cannot send messages in a non-text channel"
	case 50013:
		status, message = 403, "Missing Permissions"
	case 50024:
		message = "Cannot execute action on this channel type"
	case 50027:
		status, message = 401, "Invalid Webhook Token"
	case 50083:
		message = "Thread is archived"
	case 50109:
		message = "The request body contains invalid JSON."
	case 160004:
		message = "A thread has already been created for this message"
	case 160005:
		message = "Thread is locked"
	case 160006:
		message = "Maximum number of active threads reached"
	}
	return &failure{status: status, code: code, message: message}
}

// invalid makes the failure of a form that has something wrong at a place.
func invalid(field, code, format string, args ...any) *failure {
	errs := obj{"_errors": []obj{{"code": code, "message": fmt.Sprintf(format, args...)}}}
	if field != "" {
		errs = obj{field: errs}
	}
	return &failure{status: 400, code: 50035, message: "Invalid Form Body", errors: errs}
}

// tooLong is the usual thing that is wrong in a form.
func tooLong(field string, limit int) *failure {
	return invalid(field, "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", limit)
}
