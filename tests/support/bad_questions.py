"""Questions and pasted texts that nobody should send and somebody will."""

from __future__ import annotations

from collections.abc import Mapping

# Nothing in them can be searched: that is said.
NO_WORDS: Mapping[str, str] = {
    "empty": "",
    "blanks": " \t\n\u3000" * 50,
    "emoji": "🙂👨‍👩‍👧" * 300,
    "a megabyte of emoji": "🙂" * 250_000,
    "punctuation": "¿?¡!.,;:—«»" * 100,
    "lone surrogates": "\ud800\udfff" * 100,
    "zero-width": "\u200b\u200d\ufeff" * 200,
    "private use": "\ue000" * 500,
    "combining characters alone": "\u0301\u0316" * 1_000,
    "nul": "\0\0\0",
}

# They hold words: whatever is answered is answered from the documents.
ODD_QUESTIONS: Mapping[str, str] = {
    "a megabyte": "¿Cuántas detenciones hubo en España? " * 27_000,
    "10,000 words": " ".join(f"palabra{number}" for number in range(10_000)),
    "one word of 100,000 letters": "protección" * 10_000,
    "right to left": "ما هي حماية الأطفال؟ " * 20,
    "overridden direction": "\u202e¿setnedicni sotnáuC?\u202c",
    "control characters": "".join(map(chr, range(32))) * 20 + "niños",
    "surrogates in words": "\ud800niños\udfff \ud83d internet",
    "nul in words": "\0niños\0 inter\0net",
    "a pile of combining characters": "a" + "\u0301\u0316" * 1_000 + " niños",
    "a megabyte of them": "niños " + "a" + "\u0301\u0316" * 500_000,
    "zero-width in words": "\u200b".join("¿Cuántas detenciones hubo?"),
    "tags": "\U000e0041" * 500 + "niñxs",
    "sql": "'; DROP TABLE documents; -- niños' OR '1'='1",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)> niños",
    "markdown": "[x](javascript:alert(1)) ![](http://example.org/x.png) **niños** `x`",
    "operators": '+niños -internet site:es "frase" AND NOT (a OR b) title:x^2 niñ* ~5 [1 TO 9]',
    "regular expression": "(a+)+$ .*(?=niños)[^x]{1,999}\\1",
    "path": "../../../../etc/passwd",
    "windows path": "C:\\Windows\\system32\\..\\x",
    "url": "https://www.example.org/a?b=c&d=%00#x",
    "json": '{"question": ["niños", null, {"a": 1e999}]}',
    "format strings": "{0} {question} {x!r} %s %(a)s ${jndi:ldap://x}",
    "chinese": "儿童保护的措施是什么？" * 30,
    "cyrillic": "Сколько было арестов в Испании? " * 20,
    "thai": "การคุ้มครองเด็ก" * 40,
    "korean": "아동 보호",
    "figures": "1.000.000,5 " * 100,
    "a figure of 2,000 digits": "9" * 2_000,
    "codes": "AGN/65/RES/10 " * 70,
    "slashes": "a/" * 900 + "1",
    "capitals": "¿CUÁNTAS DETENCIONES HUBO? " * 60,
    "one function word": "que " * 500,
    "a fragment in Cyrillic": "cuando " + "я" * 1_900 + " a b c d e?",
    "ligatures": "ﬁ ﷺ " * 300,
    "capitals that lower to two": "İ" * 900,
    "not characters": "\ufffe\uffff niños",
}
