"""Training: the reader's rows, model and export, and the linear models behind it.

To train the reader again, from a checkout (the installed package leaves `*.gz` out), with the public sets of
docs/quality.md as gzipped JSON Lines in a folder, `DATA`, and the public norms in `NORMS`. Rows whose passage is not in
DATA are left out; training that was stopped goes on where it was:

    python -m alpie.eval.training.indexed_rows NORMS DATA      # DATA gets the passages of the norms
    python -m alpie.eval.training.reader_rows DATA rows --squad v1.json v2.json   # first, second, held-out
    python -m alpie.eval.training.fit_reader rows/first.jsonl first --held-out rows/held-out.jsonl
    python -m alpie.eval.training.fit_reader rows/second.jsonl second --start first/reader.pt --held-out rows/held-out.jsonl
    python -m alpie.eval.training.export_reader second/reader.pt   # writes index/reader/reader.onnx, compared with PyTorch
    python -m alpie.eval.training.fit_weights --held-out rows/held-out.json       # the weight tables, through the new reader

What ships was trained several times on further rows, each time from the weights before, `--start index/reader/reader.onnx`;
the last time on 9,030 rows, 5,520 of them on imagined documents, at `--rate 8e-5`. After four of these trainings the new
weights were averaged with those before (`export_reader second/reader.pt --average index/reader/reader.onnx SHARE`), the
last time in equal shares.
"""
