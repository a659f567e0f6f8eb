"""The rules, a family a file or folder, with their examples."""
