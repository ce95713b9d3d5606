"""The views of the page: what visitors see, one module for each view."""
