"""Official letters from figures: Word files that the office numbers and signs.

What a letter says stands in its context (plain texts and lists); how it looks stands in a Word template that
the office may edit.
"""
