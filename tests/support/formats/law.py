"""A Spanish law of our own invention, as a list of its parts, to be set in any format."""

# ruff: noqa: E501 - a paragraph a line
from __future__ import annotations

from dataclasses import dataclass

TITLE = "Ley 7/2031, de 4 de marzo, de bibliotecas de barrio"

# number of the article → (title, paragraphs); a paragraph «a) …» belongs to the one before it
_SUBJECTS = (
    "Objeto|Esta ley regula la creación, el gobierno y la financiación de las bibliotecas de barrio.",
    "Ámbito de aplicación|La ley se aplica a toda biblioteca abierta al público en un municipio de más de 2500 habitantes.",
    "Definiciones|A efectos de esta ley se entiende por:|a) fondo: el conjunto de obras que una biblioteca presta o deja consultar;|b) socio: la persona inscrita en el registro de lectores;|c) sala abierta: el espacio al que se entra sin inscripción.",
    "Principios|Las bibliotecas de barrio se rigen por la gratuidad, la neutralidad y la cercanía.",
    "Creación|La creación de una biblioteca se acuerda por el pleno municipal, previo informe de la Junta de Lectura.|El acuerdo indica la sede, el fondo inicial y la plantilla.",
    "Denominación|Ninguna biblioteca llevará el nombre de una persona viva.",
    "Supresión|Una biblioteca solo puede suprimirse si otra presta sus servicios a menos de 900 metros.",
    "Sede|La sede tendrá acceso sin escalones y luz natural en la sala de lectura.",
    "Horario|Las bibliotecas abren al menos 45 horas a la semana, 6 de ellas en sábado.|En agosto el horario puede reducirse a la mitad.",
    "Calendario|El cierre anual no excederá de 12 días.",
    "Junta de Lectura|La Junta de Lectura es el órgano de gobierno de cada biblioteca.|Se compone de siete vocales: tres elegidos por los socios, dos por el ayuntamiento y dos por el personal.",
    "Mandato|El mandato de los vocales dura cuatro años y no puede renovarse más de una vez.",
    "Funciones de la Junta|Corresponde a la Junta de Lectura:|a) aprobar el plan anual de adquisiciones;|b) informar el presupuesto;|c) resolver las reclamaciones de los lectores.",
    "Sesiones|La Junta se reúne cada dos meses y sus actas son públicas.",
    "Dirección|La dirección corresponde a una persona con título de grado en Documentación.",
    "Personal|Habrá un auxiliar por cada 4000 socios o fracción.",
    "Formación del personal|El personal recibe 30 horas de formación al año.",
    "Voluntariado|Los voluntarios no sustituyen puestos de la plantilla.",
    "Registro de lectores|La inscripción es gratuita y exige solo un documento de identidad.|Los datos del registro se borran a los 18 meses del último préstamo.",
    "Menores|Los menores de 14 años se inscriben con autorización de su familia.",
    "Préstamo|El préstamo ordinario dura 21 días y alcanza a ocho obras.|El plazo puede prorrogarse dos veces si nadie ha reservado la obra.",
    "Préstamo especial|El préstamo especial se concede a centros educativos, clubes de lectura y hospitales.|El préstamo especial comprende:|a) lotes de hasta 40 ejemplares;|b) instrumentos musicales durante 60 días;|c) proyectores y pantallas durante un fin de semana.|La fianza no excederá de 25 euros.",
    "Préstamo digital|Las licencias digitales se compran en común por todas las bibliotecas de la provincia.",
    "Devolución|La devolución puede hacerse en cualquier biblioteca de la red, también en los buzones exteriores.",
    "Retrasos|El retraso no da lugar a multa: suspende el préstamo tantos días como haya durado.",
    "Pérdida|Quien pierda una obra entrega otra igual o abona su precio de catálogo.",
    "Fondo mínimo|El fondo mínimo es de 1,5 ejemplares por habitante del barrio.",
    "Lenguas|Un décimo del fondo estará en lenguas distintas del castellano habladas en el barrio.",
    "Donaciones|Las donaciones se aceptan sin condiciones o se rechazan en el plazo de un mes.",
    "Expurgo|Se retiran del fondo las obras deterioradas y las no prestadas en nueve años.|Lo retirado se ofrece antes a las escuelas.",
    "Colección local|Cada biblioteca reúne la memoria escrita y gráfica de su barrio.",
    "Prensa|La sala ofrece al menos cinco diarios, dos de ellos provinciales.",
    "Acceso a internet|La conexión es gratuita y no registra las páginas visitadas.",
    "Actividades|Las actividades se anuncian con diez días de antelación.",
    "Uso de salas|Las asociaciones del barrio pueden usar las salas fuera del horario de lectura.",
    "Presupuesto|El municipio destina a cada biblioteca no menos de 11 euros por habitante y año.",
    "Adquisiciones|La mitad del gasto en libros se hace en librerías del municipio.",
    "Memoria anual|La dirección publica antes del 31 de marzo la memoria del año anterior.",
    "Infracciones|Son infracciones el deterioro voluntario de las obras y la reventa de entradas a las actividades.",
    "Sanciones|Las infracciones se sancionan con la suspensión de la condición de socio entre uno y seis meses.",
)  # fmt: skip
_DIVISIONS = {
    1: ("TÍTULO I", "Disposiciones generales"),
    5: ("TÍTULO II", "De las bibliotecas", "CAPÍTULO I", "Creación y sede"),
    9: ("CAPÍTULO II", "Apertura"),
    11: ("TÍTULO III", "Del gobierno y del personal", "CAPÍTULO I", "Gobierno"),
    15: ("CAPÍTULO II", "Personal"),
    19: ("TÍTULO IV", "De los servicios", "CAPÍTULO I", "Lectores"),
    21: ("CAPÍTULO II", "Préstamo"),
    27: ("CAPÍTULO III", "Fondo y salas"),
    36: ("TÍTULO V", "De la financiación y del régimen sancionador"),
}
_PROVISIONS = (
    ("Disposición adicional primera. Bibliotecas móviles.", "Los bibliobuses se rigen por el título IV en lo que les sea aplicable."),
    ("Disposición adicional segunda. Archivos.", "Los archivos de barrio pueden compartir sede con la biblioteca."),
    ("Disposición transitoria única. Plantillas.", "Las plantillas se adaptarán a esta ley en el plazo de tres años."),
    ("Disposición derogatoria única. Normas derogadas.", "Queda derogado el Reglamento de salas de lectura de 1998."),
    ("Disposición final primera. Desarrollo.", "Se autoriza al Gobierno para dictar el reglamento de los bibliobuses."),
    ("Disposición final segunda. Entrada en vigor.", "Esta ley entrará en vigor a los veinte días de su publicación."),
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One paragraph of the law. `sort`: title, division, article, provision (headings), text, item."""

    sort: str
    text: str
    level: int = 0  # of a heading: 1 título, 2 capítulo, 3 artículo or disposición


def law() -> list[Part]:
    """The whole law: forty articles, six provisions."""
    parts = [Part("title", TITLE)]
    for number, subject in enumerate(_SUBJECTS, start=1):
        for name, words in zip(*[iter(_DIVISIONS.get(number, ()))] * 2, strict=True):
            parts.append(Part("division", f"{name}. {words}", 1 if name.startswith("TÍTULO") else 2))
        title, *paragraphs = subject.split("|")
        parts.append(Part("article", f"Artículo {number}. {title}.", 3))
        clauses = [text for text in paragraphs if text[1] != ")"]
        numbered = len(clauses) > 1
        count = 0
        for text in paragraphs:
            if text[1] == ")":
                parts.append(Part("item", text))
                continue
            count += 1
            parts.append(Part("text", f"{count}. {text}" if numbered else text))
    for heading, text in _PROVISIONS:
        parts += [Part("provision", heading, 1), Part("text", text)]
    return parts
