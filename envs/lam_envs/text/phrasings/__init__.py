"""Instruction templates and screen labels of the text applications, one module an application."""
