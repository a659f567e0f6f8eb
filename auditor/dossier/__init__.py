"""The evidence model: what is known of a repository, what it rests on, and the release gate."""
