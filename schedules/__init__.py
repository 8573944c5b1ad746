"""Plans over time, made from cited protocols and judged by the checker before anybody sees them. Pure."""
