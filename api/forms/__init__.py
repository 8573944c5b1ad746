"""The forms of the page: texts as a browser sends them, made into the JSON that a program sends.

A form has no reader of its own. What was typed goes through the same schema as a request to the interface, so that a
number is refused here in the words it is refused in there. A field that was left empty is left out, never filled.
"""
