"""Pictures inside of a text document: put in, made to fit, drawn, and said in words when copied.

They are objects of our own, not images: Qt knows no image that reaches below the base line, and
an image is the name of something that could be loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF
from PySide6.QtGui import (
    QFontMetrics,
    QPainter,
    QPyTextObject,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from app.ui.chat.parts import Kind, Run
from app.ui.chat.pictures import Picture, Pictures
from app.ui.chat.text_styles import OBJECT, TextStyles

#: What a picture stands for.
SOURCE = QTextFormat.Property.UserProperty.value + 1
_NUMBER = SOURCE + 1
#: The width that there is for it, or 0 for any.
_ROOM = SOURCE + 2
#: Its size, so that a picture that is no longer kept takes the same room.
_WIDTH = SOURCE + 3
_HEIGHT = SOURCE + 4
_KIND = QTextFormat.ObjectTypes.UserObject.value + 1
_LEAST_ROOM = 40
_TASKS = {"☐": "[ ]", "☑": "[x]"}
_LINE_ENDS = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\xa0": " "})


class DocumentPictures:
    """Puts pictures into one document."""

    def __init__(self, document_of: Callable[[], QTextDocument], styles: TextStyles) -> None:
        self._document_of = document_of
        self._styles = styles
        self._drawer: PictureObject | None = None
        self._widest = 0.0
        self._room = 0

    def insert(
        self, cursor: QTextCursor, run: Run, kind: Kind, form: QTextCharFormat | None = None
    ) -> None:
        """Insert a formula: its picture when `run` says so, else its source."""
        form = form or self._styles.char_format(run, kind)
        picture = self._styles.picture(run, kind) if run.text == OBJECT else None
        if picture is None:
            cursor.insertText(run.text.replace(OBJECT, run.formula), form)
        else:
            self._insert(cursor, picture, run.formula, form)

    def insert_task(self, cursor: QTextCursor, marker: str) -> None:
        """Insert the box of a task."""
        picture = self._styles.pictures.task(is_done=marker == "☑")
        self._insert(cursor, picture, _TASKS[marker], self._styles.char_format(Run("")))

    def fit(self, room: int) -> None:
        """Show pictures that are wider than `room` smaller, and others in their own size."""
        before, self._room = self._room or room, room
        if self._widest <= min(before, room):
            return
        block = self._document_of().begin()
        while block.isValid():
            for position in _places_of_pictures(block):
                cursor = QTextCursor(self._document_of())
                cursor.setPosition(position)
                cursor.setPosition(position + 1, QTextCursor.MoveMode.KeepAnchor)
                form = QTextCharFormat(cursor.charFormat())
                indent = block.blockFormat().indent() * self._styles.step
                form.setProperty(_ROOM, max(_LEAST_ROOM, room - indent))
                cursor.setCharFormat(form)
            block = block.next()

    def _insert(
        self, cursor: QTextCursor, picture: Picture, source: str, form: QTextCharFormat
    ) -> None:
        if self._drawer is None:
            self._drawer = PictureObject(self._styles.pictures)
            self._document_of().documentLayout().registerHandler(_KIND, self._drawer)
        made = QTextCharFormat(form)
        made.setObjectType(_KIND)
        # Qt goes by this font, and not by that of the document, to find the line's middle.
        made.setFontFamilies(self._styles.font.families())
        made.setFontPointSize(form.fontPointSize() or self._styles.font.pointSizeF())
        made.setFontUnderline(False)
        made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
        made.setProperty(SOURCE, source)
        made.setProperty(_NUMBER, picture.number)
        made.setProperty(_WIDTH, picture.size.width())
        made.setProperty(_HEIGHT, _height_in_line(picture, made))
        made.setProperty(_ROOM, self._room)
        self._widest = max(self._widest, picture.size.width())
        cursor.insertText(OBJECT, made)


class PictureObject(QPyTextObject):
    """Draws the pictures of one document."""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self._pictures = pictures

    def intrinsicSize(self, doc: QTextDocument, posInDocument: int, format: QTextFormat) -> QSizeF:  # noqa: A002, N803
        """Return the room that a picture takes in its line."""
        del doc, posInDocument
        smaller = _smaller(format)
        return QSizeF(
            float(format.property(_WIDTH)) * smaller, float(format.property(_HEIGHT)) * smaller
        )

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        doc: QTextDocument,
        posInDocument: int,  # noqa: N803
        format: QTextFormat,  # noqa: A002
    ) -> None:
        """Draw a picture, on the base line of its line."""
        picture = self._pictures.get(int(format.property(_NUMBER)))
        if picture is None:
            return
        smaller = _smaller(format)
        size = picture.size * smaller
        rect = QRectF(rect)
        top = rect.center().y() - size.height() / 2
        if picture.ascent:
            # Qt has put the middle of `rect` into the middle of the line.
            block = doc.findBlock(posInDocument)
            line = block.layout().lineForTextPosition(posInDocument - block.position())
            base = rect.center().y() - line.height() / 2 + line.ascent()
            top = base - picture.ascent * smaller
        target = QRectF(QPointF(rect.left(), round(top)), size)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smaller < 1.0)
        painter.drawImage(target, picture.image)


def _smaller(form: QTextFormat) -> float:
    """Return how much smaller than in its own size a picture is shown."""
    room = float(form.property(_ROOM))
    return min(1.0, room / float(form.property(_WIDTH))) if room else 1.0


def _height_in_line(picture: Picture, form: QTextCharFormat) -> float:
    """Return how high a picture has to be for Qt to keep room above and below the base line.

    Qt takes half of it, and a quarter of an x more above, less below.
    """
    if not picture.ascent:
        return picture.size.height()
    quarter = QFontMetrics(form.font()).xHeight() / 4
    below = picture.size.height() - picture.ascent
    return 2 * max(picture.ascent - quarter, below + quarter, 1.0)


def words_of(cursor: QTextCursor) -> str:
    """Return the selected text; pictures are what they stand for."""
    selected = cursor.selectedText()
    if OBJECT not in selected:
        return selected.translate(_LINE_ENDS)
    sources = _sources(cursor)
    pieces = selected.split(OBJECT)
    words = pieces[0]
    for piece in pieces[1:]:
        words += next(sources, "") + piece
    return words.translate(_LINE_ENDS)


def _sources(cursor: QTextCursor) -> Iterator[str]:
    document = cursor.document()
    block = document.findBlock(cursor.selectionStart())
    while block.isValid() and block.position() < cursor.selectionEnd():
        for position in _places_of_pictures(block):
            if cursor.selectionStart() <= position < cursor.selectionEnd():
                place = QTextCursor(document)
                place.setPosition(position + 1)
                yield str(place.charFormat().property(SOURCE) or "")
        block = block.next()


def _places_of_pictures(block: QTextBlock) -> list[int]:
    """Return where in the document the pictures of a block stand."""
    text = block.text()
    if OBJECT not in text:
        return []
    # A document counts in UTF-16 units.
    units = text.encode("utf-16-le", "surrogatepass")
    mark = OBJECT.encode("utf-16-le")
    places = (place // 2 for place in range(0, len(units), 2) if units[place : place + 2] == mark)
    return [block.position() + place for place in places]
