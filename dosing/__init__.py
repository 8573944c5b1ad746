"""The core: what a dose is, what is known about a drug, and whether an order is safe. Pure: no clock, no I/O."""
