"""Instruction templates of the text applications, one module an application."""
