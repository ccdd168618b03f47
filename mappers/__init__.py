"""What an answer of the registry means to the library: every rule, declared once.

Pure: no input or output, no clock (`today` is an argument), no settings. A file a question; start
at `patron.decide`. Rules: docs/reference/rules.md. Codes only: the words that people read stand in
`flows/wording/`.
"""
