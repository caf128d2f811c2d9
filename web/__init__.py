"""The first client of the schema: pages, live updates, the endpoint for others, command line."""
