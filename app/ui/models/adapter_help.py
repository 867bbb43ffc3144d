"""The page that tells how an adapter is made, used and tested."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.models import adapter_recipes
from app.ui.page_dialog import PageDialog
from app.ui.theme import SPACE_M, SPACE_S, SPACE_XL


class AdapterHelpDialog(PageDialog):
    """Tells how an adapter's file is made, where it goes, and what cannot be done with it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Make an adapter"), parent)
        self._rows = QVBoxLayout(self._page)
        self._rows.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_M)
        self._rows.setSpacing(SPACE_S)
        self._rows.addWidget(self._label(self.tr("Make an adapter"), role="title"))
        self._tell_what_it_is()
        self._tell_way_to_npu()
        self._tell_way_to_cpu()
        self._tell_where_to_put_it()
        self._tell_limits()
        self._rows.addStretch(1)
        self._finish(QSize(680, 640))

    def _tell_what_it_is(self) -> None:
        self._say(
            self.tr(
                "A LoRA adapter is a small file that changes how one model answers, for instance "
                "its tone. It was trained on top of that model and belongs to it."
            ),
            self.tr(
                "Cairn takes adapters as .gguf files for GGUF models and as .rkllm files for "
                "models on the NPU. What a training leaves behind, a folder with "
                "adapter_config.json and adapter_model.safetensors, has to be converted first, "
                "on a PC."
            ),
            self.tr(
                "In the commands below, my-adapter is that folder and base-model is the folder of "
                "the model it was trained on, both in Hugging Face's format."
            ),
        )

    def _tell_way_to_npu(self) -> None:
        self._head(self.tr("For a model on the NPU"))
        self._say(
            self.tr(
                "1. Install Rockchip's RKLLM-Toolkit. It is made for PCs with Linux and an x86-64 "
                "processor, and for Python 3.9 to 3.12; cp311 stands for Python 3.11. Put the "
                "version of the board's NPU library, which Help → Board check tells, in the place "
                "of 1.3.0."
            )
        )
        self._show_code(adapter_recipes.GET_TOOLKIT, self.tr("Commands that install the toolkit"))
        self._say(
            self.tr("2. Let the base model write samples into data_quant.json, for quantising it.")
        )
        self._show_code(adapter_recipes.MAKE_SAMPLES, self.tr("Command that writes samples"))
        self._say(
            self.tr(
                "3. Convert model and adapter together, in Python. RK3588 stands for the chip of "
                "the board."
            )
        )
        self._show_code(adapter_recipes.CONVERT_FOR_NPU, self.tr("Python script that converts"))
        self._say(
            self.tr(
                "This writes two files, the base model and the adapter; Rockchip's example of an "
                "adapter ends in _lora.rkllm. Use both together. Only the base model is quantised. "
                "Chapter 3.1.2 of Rockchip's manual, in the folder rknn-llm/doc, describes it. If "
                "the conversion fails, try another version of the toolkit: Rockchip advised 1.2.1 "
                "in one such case."
            )
        )

    def _tell_way_to_cpu(self) -> None:
        self._head(self.tr("For a GGUF model"))
        self._say(self.tr("1. Get llama.cpp and what its scripts need."))
        self._show_code(adapter_recipes.GET_LLAMA_CPP, self.tr("Commands that get llama.cpp"))
        self._say(
            self.tr(
                "2. Convert the adapter. Of the base model only config.json and the tokenizer's "
                "files are needed."
            )
        )
        self._show_code(adapter_recipes.CONVERT_FOR_CPU, self.tr("Command that converts"))

    def _tell_where_to_put_it(self) -> None:
        self._head(self.tr("Use and test it"))
        self._say(
            self.tr(
                "Choose LoRA → Add adapter file…, or copy the file into one of the folders that "
                "Model → Models and adapters… shows."
            ),
            self.tr(
                "Keep “lora” in the name of an .rkllm file: only its name tells an adapter from a "
                "model. A name with family and size, such as qwen3-1.7b-pirate-lora.rkllm, also "
                "tells which model it belongs to."
            ),
            self.tr(
                "Choose it with LoRA → Use adapter. LoRA → Test adapter asks up to two questions "
                "with and without it and says whether it changes the answers. LoRA → Compare with "
                "and without… shows both answers to a question of yours."
            ),
        )

    def _tell_limits(self) -> None:
        self._head(self.tr("What cannot be done"))
        self._say(
            self.tr(
                "Mix two adapters: Cairn uses one in a conversation, and the NPU library takes "
                "the name of one for each answer. PEFT can merge adapters into one on the PC, before they are converted."
            ),
            self.tr(
                "Unload one on the NPU: its library has no call for that. Adapters leave the "
                "memory together with the model."
            ),
            self.tr(
                "Change the strength of a loaded adapter on the NPU: its library fixes it while "
                "it loads one. Another strength loads the adapter once more, beside the first."
            ),
            self.tr(
                "Add a file to a GGUF model that is loaded: llama.cpp takes adapters only while it "
                "loads a model, so Cairn loads the model again. The strength can be changed at any "
                "time."
            ),
        )

    def _head(self, words: str) -> None:
        self._rows.addSpacing(SPACE_S)
        self._rows.addWidget(self._label(words, role="heading"))

    def _say(self, *paragraphs: str) -> None:
        for words in paragraphs:
            self._rows.addWidget(self._label(words))

    def _show_code(self, code: str, name: str) -> None:
        label = self._label(code, role="mono")
        label.setProperty("kind", "code")
        label.setAccessibleName(name)
        label.setAccessibleDescription(code)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(label, 1)
        row.addWidget(_CopyButton(label, self._page), 0, Qt.AlignmentFlag.AlignTop)
        self._rows.addLayout(row)


class _CopyButton(QPushButton):
    """Copies what a label shows."""

    def __init__(self, label: QLabel, parent: QWidget) -> None:
        super().__init__(parent)
        self._label = label
        self.setText(self.tr("Copy"))
        self.setProperty("kind", "flat")
        self.setAutoDefault(False)
        self.setAccessibleName(self.tr("Copy: {name}").format(name=label.accessibleName()))
        self.clicked.connect(self._on_clicked)

    @Slot()
    def _on_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._label.text())
