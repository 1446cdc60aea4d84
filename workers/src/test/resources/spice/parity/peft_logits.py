"""The logits that PEFT gives with an adapter on its base: `python3 peft_logits.py BASE ADAPTER TOKEN...`, as JSON (T, V)."""

import json
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

base, adapter = sys.argv[1:3]
model = AutoModelForCausalLM.from_pretrained(base, torch_dtype=torch.float32)
model = PeftModel.from_pretrained(model, adapter).eval()
with torch.no_grad():
    print(json.dumps(model(torch.tensor([[int(token) for token in sys.argv[3:]]])).logits[0].tolist()))
