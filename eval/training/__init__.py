"""Training: the reader's rows, model and export, and the linear models behind it.

To train the reader again, from a checkout (the installed package leaves `*.gz` out), with the public sets of docs/quality.md
as gzipped JSON Lines in a folder, `DATA`; what was stopped goes on where it was:

    python -m alpie.eval.training.reader_rows DATA rows --squad v1.json v2.json   # first, second, held-out
    python -m alpie.eval.training.fit_reader rows/first.jsonl first --held-out rows/held-out.jsonl
    python -m alpie.eval.training.fit_reader rows/second.jsonl second --start first/reader.pt --held-out rows/held-out.jsonl
    python -m alpie.eval.training.export_reader second/reader.pt   # writes index/reader/reader.onnx, compared with PyTorch
    python -m alpie.eval.training.fit_weights                      # the weight tables, through the new reader

`--start index/reader/reader.onnx` goes on from what ships, of which the last 9,474 rows (a fifth of them seen before)
were learned at `--rate 6e-5`. Their passages come into DATA by `python -m alpie.eval.training.indexed_rows DOCS DATA`.
"""
