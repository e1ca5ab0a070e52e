"""The API's description, OpenAPI 3.1: one file for each noun, as in webapp/api."""
