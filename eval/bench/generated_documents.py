"""Plausible Spanish documents in any number: municipal plans, made up, the same for the same seed.

They are there to be indexed beside the real ones: to see what adding and removing costs, and whether the
answers of the real ones stand. One subject in ten (children and the internet at school) is near theirs.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

__all__ = ["generated_documents", "with_one_paragraph_changed"]

_PLACES = [a + b for a in ("Valde", "Monte", "Fuente", "Torre", "Ribera de ", "Villa") for b in
           ("luna", "mayor", "clara", "hermosa", "serena", "alta", "vieja", "pinar")]  # fmt: skip
_SUBJECTS = {
    "bibliotecas públicas": ("los lectores", "el préstamo de libros", "las salas de estudio"),
    "mantenimiento de caminos": ("los ganaderos", "la limpieza de cunetas", "los puentes de madera"),
    "abastecimiento de agua": ("los abonados", "la lectura de contadores", "los depósitos"),
    "parques y jardines": ("los vecinos", "el riego nocturno", "las zonas de juego"),
    "deporte escolar": ("los clubes", "las ligas de invierno", "los pabellones"),
    "mercados semanales": ("los vendedores", "la asignación de puestos", "las básculas"),
    "prevención de incendios": ("los retenes", "la quema de rastrojos", "los cortafuegos"),
    "transporte a la demanda": ("los viajeros", "la reserva por teléfono", "las paradas"),
    "archivo municipal": ("los investigadores", "la consulta de legajos", "los depósitos climatizados"),
    "uso seguro de internet en las aulas": (
        "los menores", "el acompañamiento de las familias", "los equipos informáticos"
    ),
}  # fmt: skip
_SENTENCES = (
    "El servicio atendió a {people} en {count} ocasiones durante {year}, un {percent} % más que el año anterior.",
    "El ayuntamiento de {place} destinará {euros} euros a {task} y a renovar {things}.",
    "La comisión de seguimiento se reúne cada {months} meses y publica sus acuerdos en el tablón de anuncios.",
    "Corresponde a la concejalía responsable informar a {people} de cualquier cambio con {days} días de antelación.",
    "Una encuesta entre {count} personas señaló {task} como la mejora más urgente.",
    "Quedan fuera de este plan las actuaciones que ya financia la mancomunidad desde {year}.",
    "Se contratarán {staff} personas más para atender {task}, con un contrato de {months} meses.",
    "En {place} se cerraron {staff} instalaciones por obras y {people} fueron avisados por carta.",
    "Los datos personales se conservan {months} meses y después se destruyen.",
    "Las reclamaciones de {people} se resuelven en un plazo de {days} días naturales.",
)
_HEADINGS = ("Antecedentes", "Objetivos", "Medidas", "Financiación", "Seguimiento y evaluación")


def generated_documents(count: int, seed: int = 2_026) -> Iterator[tuple[str, str]]:
    """File name and text of `count` documents; the first n are the same whatever `count` is."""
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        yield f"plan-{number:04}.txt", _document(chance, number)


def with_one_paragraph_changed(text: str) -> str:
    """`text` with another last paragraph."""
    kept, _, _ = text.rstrip("\n").rpartition("\n\n")
    return f"{kept}\n\nEste párrafo sustituye al anterior por acuerdo del pleno, con efecto desde el lunes.\n"


def _document(chance: random.Random, number: int) -> str:
    subject = chance.choice(list(_SUBJECTS))
    place = chance.choice(_PLACES)
    parts = [f"Plan de {subject} de {place}, {chance.randint(2001, 2025)} (expediente {number + 100})"]
    for heading in chance.sample(_HEADINGS, chance.randint(2, 4)):
        parts.append(heading)
        parts += [_paragraph(chance, place, subject) for _ in range(chance.randint(1, 2))]
    return "\n\n".join(parts) + "\n"


def _paragraph(chance: random.Random, place: str, subject: str) -> str:
    people, task, things = _SUBJECTS[subject]
    return " ".join(
        sentence.format(
            place=place,
            people=people,
            task=task,
            things=things,
            year=chance.randint(1999, 2025),
            count=chance.randint(40, 9_000),
            percent=chance.randint(2, 60),
            euros=chance.randint(900, 90_000),
            months=chance.randint(2, 24),
            days=chance.randint(5, 60),
            staff=chance.randint(2, 30),
        )
        for sentence in chance.sample(_SENTENCES, chance.randint(3, 5))
    )
