"""USE: capabilities that need a word, safeguards taken out, synthesis without a mark."""
