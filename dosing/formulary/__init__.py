"""What is known about drugs: typed, cited, versioned YAML and the reader that refuses a broken file."""
