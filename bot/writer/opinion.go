package writer

// isOpinion reports whether the article argues in its author's own voice.
func isOpinion(document) bool { return false }
