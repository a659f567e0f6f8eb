"""Facts that the rules read, each row with its source."""
