"""A plugin for vLLM on the CPU: it multiplies matrices unpacked, so that a reload of weights takes effect.

Without it vLLM packs matrices for oneDNN before the first request, and a reload changes only the norms (0.32.0).
"""


def register():
    from vllm import _custom_ops
    from vllm.model_executor.layers import utils

    _custom_ops._supports_onednn = False
    utils.check_cpu_sgl_kernel = lambda *_: False
