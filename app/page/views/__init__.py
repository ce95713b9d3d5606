"""Views of the page: what a visitor sees, a module a view."""
