"""Dosing values out, in the contract's shape: built once in its final form, encoded once, dumped by no schema."""
