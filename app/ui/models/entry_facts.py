"""What is known of a file of the library, line by line, each with where it comes from."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from app.catalog.facts import FactName, Kind
from app.catalog.library import LibraryEntry
from app.catalog.model_file import size_text
from app.catalog.shown import shown_text
from app.runtime.protocol import Detail

#: What everybody asks for; it is shown also where it is not known.
_ASKED = {
    Kind.MODEL: (FactName.PARAMETERS, FactName.QUANTIZATION, FactName.CONTEXT),
    Kind.ADAPTER: (FactName.BASE,),
}
_NPU_ASKED = (FactName.PLATFORM, FactName.TOOLKIT)

#: The end of the year 9999: clocks are set wrong, and files come from anywhere.
_LAST_MOMENT = 253_402_300_799.0


def _tr(text: str) -> str:
    return QCoreApplication.translate("EntryFacts", text)


def entry_facts(entry: LibraryEntry) -> tuple[Detail, ...]:
    """Return the lines about a file; an unknown value is "–", with the reason as its source."""
    asked = _ASKED[entry.kind] if entry.is_usable else ()
    if entry.is_usable and entry.path.suffix.lower() == ".rkllm":
        asked += _NPU_ASKED
    lines = [_line(entry, name, name in asked) for name in FactName]
    return (*(line for line in lines if line is not None), *_of_file(entry))


def fact_text(name: FactName, value: str) -> str:
    """Return a value as people write it."""
    if name is FactName.CONTEXT and value.isdecimal():
        return _tr("{count} tokens").format(count=QLocale().toString(int(value)))
    if name is FactName.KV_BYTES and value.isdecimal():
        return size_text(int(value))
    return value.upper() if name is FactName.PLATFORM else value


def day_text(seconds: float) -> str:
    """Return a day for people, from seconds since 1970."""
    # A NaN is the first day, too: it is greater than nothing.
    moment = QDateTime.fromSecsSinceEpoch(int(min(max(0.0, seconds), _LAST_MOMENT)))
    return QLocale().toString(moment.date(), QLocale.FormatType.ShortFormat)


def _line(entry: LibraryEntry, name: FactName, is_asked: bool) -> Detail | None:
    label = QCoreApplication.translate("FactName", name.label)
    best = entry.fact(name)
    if best is None:
        reason = _tr("neither the file nor its name says it")
        return Detail(label, "–", reason) if is_asked else None
    others = {
        fact.value: fact.source.words
        for fact in reversed(entry.facts)
        if fact.name is name and fact.value != best.value
    }
    said = [QCoreApplication.translate("Source", best.source.words)]
    said += [
        _tr("otherwise {value}: {source}").format(
            value=fact_text(name, value), source=QCoreApplication.translate("Source", source)
        )
        for value, source in others.items()
    ]
    return Detail(label, fact_text(name, best.value), "; ".join(said))


def _of_file(entry: LibraryEntry) -> list[Detail]:
    found = [Detail(_tr("Size"), size_text(entry.size) if entry.size else "–")]
    if entry.modified > 0:
        found.append(Detail(_tr("Changed"), day_text(entry.modified)))
    if len(entry.parts) > 1:
        found.append(Detail(_tr("Files"), str(len(entry.parts))))
    if entry.sidecars:
        names = ", ".join(shown_text(path.name) for path in entry.sidecars)
        found.append(Detail(_tr("Belongs to it"), names))
    return found
