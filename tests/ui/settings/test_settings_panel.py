"""The settings panel shows every declared setting, sends changes out, and takes changes in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.presenters.model_state import ModelStage, ModelState
from app.presenters.notices import Notices
from app.presenters.settings import SettingsPresenter
from app.runtime.protocol import Capabilities, Capability, ModelInfo
from app.settings.file import SettingsFile
from app.settings.layers import Layer, Overrides
from app.settings.schema import Entry, Settings, Spec, entries
from app.settings.schema import Theme as ThemeChoice
from app.ui.icons import Icons
from app.ui.settings.number_editor import NumberEditor
from app.ui.settings.setting_editors import (
    ChoiceEditor,
    LineEditor,
    SwitchEditor,
    TextEditor,
    editor_for,
)
from app.ui.settings.setting_row import SettingRow
from app.ui.settings.settings_panel import SettingsPanel
from app.ui.theme import Theme

SHOWN = [entry for entry in entries() if not entry.spec.hidden]
NUMBERS = [entry for entry in SHOWN if type(entry.default) in (int, float)]


@pytest.fixture
def presenter(qapp: QApplication, tmp_path: Path) -> Iterator[SettingsPresenter]:
    presenter = SettingsPresenter(SettingsFile(tmp_path / "settings.toml"), Notices())
    yield presenter
    presenter.save_now()


@pytest.fixture
def panel(qtbot: QtBot, presenter: SettingsPresenter, theme: Theme, icons: Icons) -> SettingsPanel:
    panel = SettingsPanel(presenter, theme, icons)
    qtbot.addWidget(panel)
    panel.resize(380, 640)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.activateWindow()
    panel.setFocus()
    qtbot.waitUntil(panel._filter.hasFocus)
    return panel


def row_of(panel: SettingsPanel, name: str) -> SettingRow:
    return next(row for row in panel._rows() if row.entry.name == name)


def number_of(panel: SettingsPanel, name: str) -> NumberEditor:
    editor = row_of(panel, name).editor
    assert isinstance(editor, NumberEditor)
    return editor


def text_of(panel: SettingsPanel) -> TextEditor:
    editor = row_of(panel, "system_prompt").editor
    assert isinstance(editor, TextEditor)
    return editor


def choice_of(panel: SettingsPanel, name: str) -> ChoiceEditor:
    editor = row_of(panel, name).editor
    assert isinstance(editor, ChoiceEditor)
    return editor


def wheel(widget: QWidget) -> None:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(widget.mapToGlobal(middle.toPoint())),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def named(entry: Entry) -> str:
    return f"{entry.group}.{entry.name}"


def shown_names(panel: SettingsPanel) -> list[str]:
    return [row.entry.name for row in panel._rows() if row.isVisibleTo(panel)]


def test_every_setting_that_is_not_hidden_has_a_row(panel: SettingsPanel) -> None:
    rows = [row.entry for row in panel._rows()]
    assert len(rows) == len(SHOWN)
    assert set(map(named, rows)) == set(map(named, SHOWN))


def test_what_few_people_change_comes_last_and_is_folded_away(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    group = panel._groups[0]
    rare = [row for row in group.rows if row.entry.spec.rare]
    assert rare == list(group.rows[-len(rare) :])
    assert all(row.isHidden() for row in rare)
    assert group._more.text() == "4 more"
    presenter.set_value("sampling", "seed", 7)
    assert group._more.text() == "4 more, 1 changed"
    group._more.setFocus()
    QTest.keyClick(group._more, Qt.Key.Key_Space)
    assert not any(row.isHidden() for row in rare)
    QTest.mouseClick(group._more, Qt.MouseButton.LeftButton)
    assert all(row.isHidden() for row in rare)


def test_a_group_without_rare_settings_has_nothing_to_unfold(panel: SettingsPanel) -> None:
    (appearance,) = [group for group in panel._groups if group._label == "Appearance"]
    assert appearance._more.isHidden()


def test_every_field_has_a_name_and_a_description(panel: SettingsPanel) -> None:
    for row in panel._rows():
        field = row.editor.focusProxy()
        assert field.accessibleName() == row.entry.spec.label
        assert field.accessibleDescription().startswith(row.entry.spec.help)


def test_a_number_goes_out_when_it_is_typed(
    qtbot: QtBot, panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    spin = number_of(panel, "top_k")._spin
    spin.setFocus()
    spin.selectAll()
    with qtbot.waitSignal(presenter.settings_changed):
        QTest.keyClicks(spin, "77")
    assert presenter.settings.sampling.top_k == 77


def test_leaving_a_field_sends_its_number_out_at_once(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    spin = number_of(panel, "top_k")._spin
    spin.setFocus()
    spin.selectAll()
    QTest.keyClicks(spin, "77")
    assert presenter.settings.sampling.top_k == 40
    panel._filter.setFocus()
    assert presenter.settings.sampling.top_k == 77


def test_a_dragged_slider_sends_one_value_out(
    qtbot: QtBot, panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    told: list[Settings] = []
    presenter.settings_changed.connect(told.append)
    slider = number_of(panel, "temperature")._slider
    assert slider is not None
    for place in range(20, 31):
        slider.setValue(place)
    qtbot.waitUntil(lambda: bool(told))
    assert [settings.sampling.temperature for settings in told] == [1.5]


@pytest.mark.parametrize("entry", NUMBERS, ids=lambda entry: str(entry.name))
def test_the_ends_of_a_slider_are_the_ends_of_the_range(qtbot: QtBot, entry: Entry) -> None:
    editor = NumberEditor(entry)
    qtbot.addWidget(editor)
    if editor._slider is not None:
        editor._slider.setValue(editor._slider.maximum())
        assert editor._value() == entry.spec.maximum
        editor._slider.setValue(editor._slider.minimum())
        assert editor._value() == entry.spec.minimum
        editor.flush()


def test_a_number_between_two_places_of_the_slider_stays_as_typed(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    presenter.set_value("sampling", "temperature", 0.72)
    editor = number_of(panel, "temperature")
    assert editor._value() == 0.72
    editor.flush()
    assert presenter.settings.sampling.temperature == 0.72


def test_a_choice_goes_out_at_once(panel: SettingsPanel, presenter: SettingsPresenter) -> None:
    choice_of(panel, "theme")._box.setCurrentIndex(2)
    assert presenter.settings.appearance.theme is ThemeChoice.DARK


def test_a_switch_goes_out_at_once_also_by_a_click_on_its_label(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    editor = row_of(panel, "load_last_model").editor
    assert isinstance(editor, SwitchEditor)
    QTest.mouseClick(editor, Qt.MouseButton.LeftButton, pos=editor._label.geometry().center())
    assert presenter.settings.engine.load_last_model is False
    QTest.mouseClick(editor, Qt.MouseButton.LeftButton, pos=editor._label.geometry().center())
    assert presenter.settings.engine.load_last_model is True


def test_text_goes_out_after_a_pause(
    qtbot: QtBot, panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    told: list[Settings] = []
    presenter.settings_changed.connect(told.append)
    field = text_of(panel)._text
    field.setFocus()
    QTest.keyClicks(field, "Be brief.")
    assert told == []
    qtbot.waitUntil(lambda: bool(told))
    assert [settings.context.system_prompt for settings in told] == ["Be brief."]


def test_closing_sends_out_what_is_being_typed(
    qtbot: QtBot, panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    field = text_of(panel)._text
    field.setFocus()
    QTest.keyClicks(field, "Be brief.")
    with qtbot.waitSignal(panel.close_requested):
        QTest.keyClick(field, Qt.Key.Key_Escape)
    assert presenter.settings.context.system_prompt == "Be brief."


def test_changes_from_elsewhere_are_shown_and_not_sent_back(
    qtbot: QtBot, panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    told: list[Settings] = []
    presenter.settings_changed.connect(told.append)
    presenter.set_value("sampling", "temperature", 1.3)
    presenter.set_value("context", "system_prompt", "Rhyme.")
    presenter.set_value("appearance", "theme", "light")
    presenter.set_value("engine", "load_last_model", False)
    panel.flush()
    assert len(told) == 4
    assert number_of(panel, "temperature")._spin.value() == 1.3
    assert text_of(panel)._text.text() == "Rhyme."
    assert choice_of(panel, "theme")._box.currentText() == "Light"
    assert not any(row.editor._timer.isActive() for row in panel._rows())


def test_a_change_from_elsewhere_does_not_disturb_typing(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    field = text_of(panel)._text
    field.setFocus()
    QTest.keyClicks(field, "half a sen")
    presenter.set_value("sampling", "top_k", 5)
    assert field.text() == "half a sen"
    panel.flush()


def test_the_way_back_is_offered_only_where_something_was_changed(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    row = row_of(panel, "top_k")
    assert row._reset.isHidden()
    presenter.set_value("sampling", "top_k", 5)
    assert not row._reset.isHidden()
    assert row._reset.accessibleName() == "Top-k: back to 40"
    row._reset.click()
    assert presenter.settings.sampling.top_k == 40
    assert row._reset.isHidden()


def test_reset_wins_over_what_is_being_typed(
    qtbot: QtBot, panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    presenter.set_value("context", "system_prompt", "old")
    field = text_of(panel)._text
    field.setFocus()
    QTest.keyClicks(field, " and new")
    row_of(panel, "system_prompt")._reset.click()
    assert presenter.settings.context.system_prompt == ""
    assert field.text() == ""


def test_the_keyboard_stays_in_the_panel_after_a_reset(
    qtbot: QtBot, panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    presenter.set_value("sampling", "top_k", 5)
    row = row_of(panel, "top_k")
    row._reset.setFocus()
    qtbot.waitUntil(row._reset.hasFocus)
    QTest.keyClick(row._reset, Qt.Key.Key_Space)
    assert number_of(panel, "top_k")._spin.hasFocus()


def test_a_setting_the_model_cannot_follow_is_off_with_the_reason(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    reason = "This runtime draws its own seed."
    presenter.set_model(model_that(frozenset({Capability.MIN_P}), {Capability.SEED: reason}))
    seed, min_p = row_of(panel, "seed"), row_of(panel, "min_p")
    assert not seed.editor.isEnabled()
    assert seed._why.text() == reason
    assert reason in seed.editor.focusProxy().accessibleDescription()
    assert min_p.editor.isEnabled()
    presenter.set_model(None)
    assert seed.editor.isEnabled()
    assert seed._why.isHidden()


def test_sampling_that_is_fixed_by_the_load_says_so_and_offers_to_load_again(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    reason = "librkllmrt 1.2.3 takes sampling when the model loads: changes apply after a reload."
    panel.set_model(ModelState(ModelStage.LOADING))
    presenter.set_model(model_that(frozenset(), {Capability.SAMPLING_PER_RUN: reason}))
    panel.set_model(ModelState(ModelStage.READY))
    (sampling,) = [group for group in panel._groups if "sampling" in group._label.lower()]
    assert sampling._hint.text() == reason
    top_k, longest = row_of(panel, "top_k"), row_of(panel, "max_new_tokens")
    presenter.set_value("sampling", "top_k", 7)
    presenter.set_value("sampling", "max_new_tokens", 64)
    assert not top_k._reload.isHidden()
    assert longest._reload.isHidden()
    presenter.set_model(model_that(frozenset({Capability.SAMPLING_PER_RUN}), {}))
    assert top_k._reload.isHidden()
    assert "next answer" in sampling._hint.text()


def test_a_model_that_reads_less_than_is_set_says_how_much(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    presenter.set_value("context", "context_tokens", 8192)
    presenter.set_model(ModelInfo(Path("m"), "m", "test", 2048, context_limit=2048))
    note = row_of(panel, "context_tokens")._note
    assert "at most 2,048 tokens" in note.text()
    presenter.set_model(ModelInfo(Path("m"), "m", "test", 8192, context_limit=32768))
    assert note.isHidden()


def model_that(present: frozenset[Capability], missing: dict[Capability, str]) -> ModelInfo:
    return ModelInfo(Path("m"), "m", "test", 4096, capabilities=Capabilities(present, missing))


def test_the_wheel_scrolls_past_fields_without_changing_them(panel: SettingsPanel) -> None:
    spin = number_of(panel, "temperature")._spin
    slider = number_of(panel, "temperature")._slider
    assert slider is not None
    for widget in (spin, slider, choice_of(panel, "theme")._box):
        wheel(widget)
    assert spin.value() == 0.7
    assert choice_of(panel, "theme")._box.currentIndex() == 0
    assert not spin.hasFocus()


def test_the_wheel_turns_the_field_that_has_the_focus(qtbot: QtBot, panel: SettingsPanel) -> None:
    editor = number_of(panel, "top_k")
    editor._spin.setFocus()
    qtbot.waitUntil(editor._spin.hasFocus)
    wheel(editor._spin)
    assert editor._spin.value() == 39
    editor.flush()


def test_the_filter_shows_what_has_all_words_in_name_or_explanation(
    panel: SettingsPanel,
) -> None:
    panel._filter.setText("PENALTY")
    assert shown_names(panel) == ["repeat_penalty", "frequency_penalty", "presence_penalty"]
    assert panel._groups[0]._more.isHidden()
    panel._filter.setText("more often")
    assert shown_names(panel) == ["frequency_penalty"]
    panel._filter.setText("appearance dark")
    assert shown_names(panel) == ["theme"]
    panel._filter.setText("npu cores")
    assert shown_names(panel) == ["npu_cpus"]
    panel._filter.setText("idle")
    assert shown_names(panel) == ["unload_after_minutes"]
    panel._filter.setText("")
    assert len(shown_names(panel)) == len([entry for entry in SHOWN if not entry.spec.rare])


def test_a_filter_that_finds_nothing_says_so_in_plain_text(panel: SettingsPanel) -> None:
    panel._filter.setText("<b>xyzzy")
    assert shown_names(panel) == []
    assert "<b>xyzzy" in panel._nothing.text()
    assert panel._nothing.textFormat() is Qt.TextFormat.PlainText


def test_escape_empties_the_filter_first_and_closes_then(
    qtbot: QtBot, panel: SettingsPanel
) -> None:
    panel._filter.setText("seed")
    with qtbot.assertNotEmitted(panel.close_requested):
        QTest.keyClick(panel._filter, Qt.Key.Key_Escape)
    assert panel._filter.text() == ""
    with qtbot.waitSignal(panel.close_requested):
        QTest.keyClick(panel._filter, Qt.Key.Key_Escape)


def test_the_arrow_down_goes_from_the_filter_to_what_was_found(
    qtbot: QtBot, panel: SettingsPanel
) -> None:
    panel._filter.setText("top-k")
    QTest.keyClick(panel._filter, Qt.Key.Key_Down)
    assert number_of(panel, "top_k")._spin.hasFocus()


def test_tab_reaches_every_field_and_brings_it_into_view(panel: SettingsPanel) -> None:
    for group in panel._groups:
        group.unfold()
    wanted = {row.editor.focusProxy() for row in panel._rows()}
    view = panel._scroll.viewport()
    for _ in range(4 * len(SHOWN)):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        if focus in wanted:
            wanted.discard(focus)
            assert view.rect().contains(focus.mapTo(view, focus.rect().center()))
    assert wanted == set()


def test_reload_is_offered_when_the_model_was_loaded_with_another_value(
    qtbot: QtBot, panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    row = row_of(panel, "context_tokens")
    presenter.set_value("context", "context_tokens", 2048)
    assert row._reload.isHidden()
    panel.set_model(ModelState(ModelStage.LOADING))
    panel.set_model(ModelState(ModelStage.READY))
    assert row._reload.isHidden()
    presenter.set_value("context", "context_tokens", 8192)
    assert not row._reload.isHidden()
    assert row_of(panel, "threads")._reload.isHidden()
    with qtbot.waitSignal(panel.reload_requested):
        row._reload.click()
    panel.set_model(ModelState(ModelStage.LOADING))
    panel.set_model(ModelState(ModelStage.READY))
    assert row._reload.isHidden()


def test_a_value_changed_while_the_model_loads_needs_another_load(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    panel.set_model(ModelState(ModelStage.LOADING))
    presenter.set_value("context", "context_tokens", 8192)
    panel.set_model(ModelState(ModelStage.LOADING, name="half"))
    panel.set_model(ModelState(ModelStage.READY))
    assert not row_of(panel, "context_tokens")._reload.isHidden()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_page_fits_a_panel_of_320_pixels(
    qtbot: QtBot, panel: SettingsPanel, theme: Theme, scale: float
) -> None:
    theme.set_preferences(ThemeChoice.LIGHT, scale)
    panel.resize(320, 480)
    qtbot.waitUntil(lambda: panel.width() == 320)
    page = panel._scroll.widget()
    qtbot.waitUntil(lambda: page.width() <= panel._scroll.viewport().width())


def test_a_slider_that_had_no_room_comes_back_with_it(qtbot: QtBot, panel: SettingsPanel) -> None:
    editor = number_of(panel, "temperature")
    slider = editor._slider
    assert slider is not None
    panel.resize(160, 480)
    qtbot.waitUntil(slider.isHidden)
    panel.resize(380, 480)
    qtbot.waitUntil(lambda: not slider.isHidden() and editor._spin.width() < editor.width() // 2)


def test_a_plain_text_setting_gets_one_line(qtbot: QtBot) -> None:
    entry = Entry("group", "name", "abc", Spec("Label", "Help."))
    editor = editor_for(entry)
    qtbot.addWidget(editor)
    assert isinstance(editor, LineEditor)
    with qtbot.waitSignal(editor.value_edited) as edited:
        QTest.keyClicks(editor._line, "d")
    assert edited.args == ["abcd"]


def test_a_type_without_an_editor_is_refused(qtbot: QtBot) -> None:
    entry = Entry("group", "name", (), Spec("Label", "Help."))
    with pytest.raises(TypeError):
        editor_for(entry)


def test_a_unit_stands_behind_the_number(panel: SettingsPanel) -> None:
    spin: QAbstractSpinBox = number_of(panel, "context_tokens")._spin
    assert spin.text() == "4096 tokens"


def line_of(panel: SettingsPanel, name: str) -> LineEditor:
    editor = row_of(panel, name).editor
    assert isinstance(editor, LineEditor)
    return editor


def test_a_value_of_the_app_says_nothing_of_its_origin(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    presenter.set_value("sampling", "top_k", 5)
    assert row_of(panel, "top_k")._origin.isHidden()


def test_a_value_says_which_layer_it_comes_from_and_what_is_below_it(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    presenter.choose_preset("Creative")
    presenter.set_layer(Layer.MODEL, "Qwen3", Overrides({("sampling", "temperature"): 0.2}))
    presenter.set_scope(Layer.PRESET)
    row = row_of(panel, "temperature")
    assert row._origin.text() == "From the preset Creative."
    assert row._reset.accessibleName() == "Temperature: back to 0.2, as for this model"
    assert "From the preset Creative." in row.editor.focusProxy().accessibleDescription()
    presenter.choose_preset("")
    presenter.set_scope(Layer.MODEL)
    assert row._origin.text() == "Set for this model."
    assert row._reset.accessibleName() == "Temperature: back to 0.7, as for everything"
    presenter.set_layer(Layer.MODEL, None)
    assert row._origin.isHidden()
    assert row._reset.isHidden()


def test_a_change_below_the_layer_that_decides_is_shown_beside_what_counts(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    presenter.set_layer(Layer.CONVERSATION, "Talk", Overrides({("sampling", "top_k"): 9}))
    spin = number_of(panel, "top_k")._spin
    spin.setFocus()
    spin.selectAll()
    QTest.keyClicks(spin, "77")
    panel._filter.setFocus()
    assert presenter.app_settings.sampling.top_k == 77
    assert spin.value() == 9
    row = row_of(panel, "top_k")
    assert row._origin.text() == "Set for this conversation. For everything: 77"
    said = "This conversation decides now; 77 counts without it."
    assert row._overruled.text() == said
    assert not row._overruled.isHidden()
    assert said in spin.accessibleDescription()


def test_who_decides_instead_is_said_until_something_else_changes(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    presenter.choose_preset("Precise")
    presenter.set_layer(Layer.MODEL, "Qwen3")
    presenter.set_scope(Layer.MODEL)
    row = row_of(panel, "temperature")
    assert row._overruled.isHidden()
    row.value_edited.emit(row.entry, 1.4)
    assert row._overruled.text() == "The preset Precise decides now; 1.4 counts without it."
    presenter.choose_preset("")
    assert row._overruled.isHidden()
    assert presenter.settings.sampling.temperature == 1.4


def test_typing_goes_to_the_layer_that_changes_are_for(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    presenter.set_layer(Layer.CONVERSATION, "Talk")
    presenter.set_scope(Layer.CONVERSATION)
    spin = number_of(panel, "top_k")._spin
    spin.setFocus()
    spin.selectAll()
    QTest.keyClicks(spin, "77")
    panel._filter.setFocus()
    assert presenter.overrides_of(Layer.CONVERSATION) == Overrides({("sampling", "top_k"): 77})
    assert presenter.app_settings == Settings()
    row_of(panel, "top_k")._reset.click()
    assert spin.value() == 40


def test_what_is_for_everything_anyway_says_so_while_changes_are_for_something_else(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    row = row_of(panel, "text_scale")
    assert row._origin.isHidden()
    presenter.set_layer(Layer.MODEL, "Qwen3")
    presenter.set_scope(Layer.MODEL)
    assert row._origin.text() == "Always for everything."
    presenter.set_scope(Layer.APP)
    assert row._origin.isHidden()


def test_what_cannot_be_is_not_taken_and_stays_to_be_mended(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    panel._groups[-1].unfold()
    row, editor = row_of(panel, "npu_cpus"), line_of(panel, "npu_cpus")
    editor._line.setFocus()
    QTest.keyClicks(editor._line, "4-")
    panel._filter.setFocus()
    assert row._complaint.text() == "Not taken: needs core numbers such as 4-7 or 4,5,6."
    assert row._complaint.text() in editor._line.accessibleDescription()
    presenter.set_value("sampling", "top_k", 5)
    assert editor._line.text() == "4-"
    assert presenter.settings.engine.npu_cpus == ""
    editor._line.setFocus()
    editor._line.end(False)
    QTest.keyClicks(editor._line, "7")
    panel._filter.setFocus()
    assert presenter.settings.engine.npu_cpus == "4-7"
    assert row._complaint.isHidden()


def test_the_way_back_also_clears_what_was_not_taken(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    presenter.set_value("engine", "npu_cpus", "4-7")
    row, editor = row_of(panel, "npu_cpus"), line_of(panel, "npu_cpus")
    editor._line.setText("x")
    editor.flush()
    row._reset.click()
    assert editor._line.text() == ""
    assert row._complaint.isHidden()


def test_what_was_not_taken_can_be_emptied_again(panel: SettingsPanel) -> None:
    row, editor = row_of(panel, "npu_cpus"), line_of(panel, "npu_cpus")
    editor._line.setText("x")
    editor.flush()
    assert not row._complaint.isHidden()
    editor._line.setText("")
    editor.flush()
    assert row._complaint.isHidden()


def test_reload_is_offered_when_a_layer_brings_another_value_than_was_loaded(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    long = Overrides({("context", "context_tokens"): 8192})
    presenter.set_layer(Layer.MODEL, "Qwen3", long)
    panel.set_model(ModelState(ModelStage.LOADING))
    panel.set_model(ModelState(ModelStage.READY))
    row = row_of(panel, "context_tokens")
    assert row._reload.isHidden()
    presenter.set_layer(
        Layer.CONVERSATION, "Talk", Overrides({("context", "context_tokens"): 2048})
    )
    assert not row._reload.isHidden()
    presenter.set_layer(Layer.CONVERSATION, "Another", Overrides())
    assert row._reload.isHidden()
    presenter.set_value("context", "context_tokens", 1024)
    assert row._reload.isHidden()


def test_each_of_two_models_is_compared_with_what_it_was_loaded_with(
    panel: SettingsPanel, presenter: SettingsPresenter
) -> None:
    row = row_of(panel, "context_tokens")
    for path, tokens in ((Path("a"), 2048), (Path("b"), 8192)):
        presenter.set_value("context", "context_tokens", tokens)
        panel.set_model(ModelState(ModelStage.LOADING, path=path))
        panel.set_model(ModelState(ModelStage.READY, path=path))
        assert row._reload.isHidden()
    panel.set_model(ModelState(ModelStage.READY, path=Path("a")))
    assert not row._reload.isHidden()
    panel.set_model(ModelState(ModelStage.READY, path=Path("b")))
    assert row._reload.isHidden()


def test_presets_scroll_with_the_page_where_every_line_counts(
    qtbot: QtBot, panel: SettingsPanel, theme: Theme
) -> None:
    layers, page = panel._layers, panel._scroll.widget()
    assert not page.isAncestorOf(layers)
    panel.resize(800, 380)
    qtbot.waitUntil(lambda: page.isAncestorOf(layers) and layers.isVisible())
    panel.resize(800, 480)
    qtbot.waitUntil(lambda: not page.isAncestorOf(layers) and layers.isVisible())
    theme.set_preferences(ThemeChoice.LIGHT, 2.0)
    assert page.isAncestorOf(layers)
