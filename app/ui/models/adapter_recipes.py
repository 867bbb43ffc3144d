"""The commands that make an adapter's file on a PC, as they are documented where they come from.

Rockchip's toolkit: examples/rkllm_api_demo of https://github.com/airockchip/rknn-llm at 1.3.0;
that `model_lora` leads to a second file, issue 361 there. llama.cpp: the options that
convert_lora_to_gguf.py names itself.
"""

from __future__ import annotations

GET_TOOLKIT = """\
git clone --branch release-v1.3.0 https://github.com/airockchip/rknn-llm
pip install rknn-llm/rkllm-toolkit/packages/rkllm_toolkit-*-cp311-*.whl"""

MAKE_SAMPLES = """\
python rknn-llm/examples/rkllm_api_demo/export/generate_data_quant.py \\
    -m base-model"""

CONVERT_FOR_NPU = """\
from rkllm.api import RKLLM

llm = RKLLM()
ret = llm.load_huggingface(
    model="base-model", model_lora="my-adapter", device="cpu")
assert ret == 0, "loading failed"
ret = llm.build(
    do_quantization=True, optimization_level=1,
    quantized_dtype="W8A8", quantized_algorithm="normal",
    target_platform="RK3588", num_npu_core=3,
    dataset="data_quant.json")
assert ret == 0, "building failed"
ret = llm.export_rkllm("my-model.rkllm")
assert ret == 0, "exporting failed\""""

GET_LLAMA_CPP = """\
git clone https://github.com/ggml-org/llama.cpp
pip install -r llama.cpp/requirements/requirements-convert_lora_to_gguf.txt"""

CONVERT_FOR_CPU = """\
python llama.cpp/convert_lora_to_gguf.py my-adapter \\
    --base base-model --outtype f16 \\
    --outfile my-adapter-lora.gguf"""
