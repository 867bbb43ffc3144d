"""Chat templates beside a model: where they are found, and that they can do no harm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.errors import Remedy, RunError
from app.runtime.rkllm.templates import Template, plain_template, render, template_for

HELLO = [{"role": "user", "content": "Hello"}]


def rendered(source: str, **variables: object) -> str:
    return render(Template(source, "a test", {}), HELLO, **variables)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "mystery.rkllm"
    path.touch()
    return path


@pytest.mark.parametrize(
    "name",
    [
        "chat_template.jinja",
        "mystery.chat_template.jinja",
        "mystery/chat_template.jinja",
    ],
)
def test_a_template_beside_the_model_is_found(model: Path, name: str) -> None:
    file = model.parent / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("beside")
    template = template_for(model)
    assert template is not None
    assert template.source == "beside"
    assert not template.is_guess


def test_a_template_in_the_tokenizers_configuration_is_found(model: Path) -> None:
    config = {
        "chat_template": "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}",
        "bos_token": "<s>",
        "eos_token": {"content": "</s>"},
    }
    model.with_name("tokenizer_config.json").write_text(json.dumps(config))
    template = template_for(model)
    assert template is not None
    assert render(template, HELLO) == "<s>Hello</s>"


def test_of_several_named_templates_the_default_is_taken(model: Path) -> None:
    named = [{"name": "tool_use", "template": "no"}, {"name": "default", "template": "yes"}]
    model.with_name("tokenizer_config.json").write_text(json.dumps({"chat_template": named}))
    template = template_for(model)
    assert template is not None
    assert template.source == "yes"


@pytest.mark.parametrize(
    "text", ["", "not json", "[]", "{}", '{"chat_template": 7}', '{"chat_template": null}']
)
def test_a_configuration_without_a_template_is_passed_over(model: Path, text: str) -> None:
    model.with_name("tokenizer_config.json").write_text(text)
    assert template_for(model) is None


def test_a_file_that_is_no_text_is_passed_over(model: Path) -> None:
    model.with_name("chat_template.jinja").write_bytes(b"\xff\xfe\x00")
    assert template_for(model) is None


def test_in_a_folder_of_many_models_a_template_of_nobody_is_not_taken(model: Path) -> None:
    model.with_name("chat_template.jinja").write_text("whose?")
    model.with_name("other.rkllm").touch()
    assert template_for(model) is None


def test_the_users_own_template_is_stronger(model: Path) -> None:
    model.with_name("chat_template.jinja").write_text("beside")
    template = template_for(model, "mine")
    assert template is not None
    assert template.source == "mine"


def test_a_template_that_refuses_says_its_reason() -> None:
    with pytest.raises(RunError, match="Roles must alternate") as refused:
        rendered("{{ raise_exception('Roles must alternate') }}")
    assert refused.value.remedy is Remedy.NEW_CONVERSATION


@pytest.mark.parametrize(
    "source",
    [
        "{{ unclosed",
        "{% if %}",
        "{{ 1 / 0 }}",
        "{{ messages.missing.deeper }}",
        "{{ range(10 ** 9) | list }}",
    ],
)
def test_a_broken_template_fails_the_request_with_a_sentence(source: str) -> None:
    with pytest.raises(RunError):
        rendered(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ messages.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ raise_exception.__globals__['os'] }}",
        "{{ strftime_now.__self__.sleep(1) }}",
        "{% set _ = messages.append(1) %}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_a_hostile_template_gets_nowhere(source: str) -> None:
    with pytest.raises(RunError):
        rendered(source)


def test_templates_have_what_they_expect_of_their_world() -> None:
    assert rendered("{{ messages | tojson }}") == '[{"role": "user", "content": "Hello"}]'
    assert rendered("{{ strftime_now('%Y') }}").startswith("20")
    assert rendered("{% for i in [1, 2] %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}")
    assert rendered("{% if tools is defined %}yes{% else %}no{% endif %}", tools=None) == "no"


def test_chatml_stands_in_where_nobody_has_a_template() -> None:
    text = render(plain_template(), HELLO, add_generation_prompt=True)
    assert text == "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"
