"""The web page: chat, source panel, look-up, check, documents, evaluation, help."""
