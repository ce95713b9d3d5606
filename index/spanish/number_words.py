"""The cardinals that Spanish writes as one word, by their value, for numbers that are written out."""

from __future__ import annotations

CARDINALS = dict(
    enumerate(
        """uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete
        dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete
        veintiocho veintinueve treinta""".split(),
        start=1,
    )
) | {40: "cuarenta", 50: "cincuenta", 60: "sesenta", 70: "setenta", 80: "ochenta", 90: "noventa"}
