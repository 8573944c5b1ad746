"""The commands of `posology`: the same engine as the web's, with files in and out and endings for scripts."""
