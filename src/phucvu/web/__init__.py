"""The site: public pages over scores, each with its data behind it."""
