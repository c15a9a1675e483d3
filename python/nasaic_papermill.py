"""Parameters of notebooks in the words of the nasaic language, for papermill.

papermill loads the engines that packages name before it does anything; loading this one is what
registers the translator. The engine itself is papermill's own.
"""

import math
import re

from papermill.engines import NBClientEngine
from papermill.translators import Translator, papermill_translators

# `3 ms`, `-1.5e3 GB/s`: a number and a unit.
QUANTITY = re.compile(r"-?\d[\d_]*(\.\d+)?([eE][+-]?\d+)? ?[A-Za-zµ%][A-Za-z0-9/^*µ]*")


class NasaicTranslator(Translator):
    """Writes parameters as `let`s of the language."""

    @classmethod
    def translate_none(cls, val):
        raise ValueError("the nasaic language has no empty value: leave the parameter out")

    @classmethod
    def translate_bool(cls, val):
        return "true" if val else "false"

    @classmethod
    def translate_int(cls, val):
        return str(val)

    @classmethod
    def translate_float(cls, val):
        if not math.isfinite(val):
            raise ValueError(f"{val} is no number of the nasaic language")
        return repr(val)

    @classmethod
    def translate_str(cls, val):
        """A number with a unit is one; all else is a text."""
        if QUANTITY.fullmatch(val.strip()):
            return val.strip()
        return '"' + val.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    @classmethod
    def translate_list(cls, val):
        return "[" + ", ".join(cls.translate(item) for item in val) + "]"

    @classmethod
    def translate_dict(cls, val):
        raise ValueError("the nasaic language has no dictionaries: give each value a name")

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".rstrip()

    @classmethod
    def assign(cls, name, str_val):
        return f"let {name} = {str_val}"


class NasaicEngine(NBClientEngine):
    """papermill's own engine, under a name that makes papermill load this module."""


papermill_translators.register("nasaic", NasaicTranslator)
