"""Understanding: what a question takes from earlier ones, which sides it has, and which documents it is put to."""
