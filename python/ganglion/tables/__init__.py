"""Models of tables: what stands behind the command line."""
