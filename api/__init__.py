"""The faces: HTTP, SQL, the clock, the environment. Everything a caller sees, nothing a clinician decides."""
