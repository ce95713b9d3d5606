"""The service: answers, hits and checks as rows and records, and the endpoints by which other programs ask for them."""
