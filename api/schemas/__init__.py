"""Requests in, dosing values out: everything is read, every fault is told at once, nothing is guessed or ignored."""
