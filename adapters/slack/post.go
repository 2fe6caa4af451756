package slack

const appHost = "app.slack.com"
