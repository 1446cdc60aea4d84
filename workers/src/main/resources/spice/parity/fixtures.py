"""Makes small random models of every family that SPICE supports, with the results of transformers and torch on them.

    python3 fixtures.py make FOLDER     writes models and expectations: the fixtures of the model module's tests
    python3 fixtures.py check FOLDER    opens the checkpoints that SPICE trained from them: `spice parity`
    python3 fixtures.py large FOLDER    writes a model of Qwen3-0.6B's shape in bfloat16, with a tokenizer of its size
    python3 fixtures.py open FOLDER TOKEN...    opens a checkpoint and prints the logits after these tokens

Versions are pinned, since others may round differently: torch 2.7.1, transformers 4.57.3 (with tokenizers 0.22.2, safetensors
0.8.0). The committed fixtures are what `make` writes to model/src/test/resources/spice/model/fixtures.

In each model's folder, `expected.json` holds the inputs and single numbers, and `expected.safetensors` the output tensors, all
in float32: logits of a text; 64 greedy tokens, as transformers generates them; the gradient of the cross-entropy by every
weight; the weights after five steps of torch's AdamW; loss and gradients of the DrGRPO loss by torch's autograd. The folder
`tokenizer` holds a byte-level BPE tokenizer, and a thousand texts in ten scripts with their tokens.
"""

import copy
import gzip
import json
import math
import pathlib
import random
import sys

import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import LlamaConfig, PreTrainedTokenizerFast, Qwen2Config, Qwen3Config

VOCABULARY = 40
STOP = 1
TEXT = 40
GREEDY = 64

# Least margin between the logits of the two likeliest tokens, so that rounding cannot swap them.
MARGIN = 1e-3

SHAPE = {
    "vocab_size": VOCABULARY,
    "hidden_size": 20,
    "intermediate_size": 28,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 128,
    "bos_token_id": 0,
    "eos_token_id": STOP,
    "attention_dropout": 0.0,
}

YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32}
LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}


class Family:
    def __init__(self, config, shards=1, dtype=torch.float32, policy=False, **fields):
        self.config = config
        self.shards = shards
        self.dtype = dtype
        self.policy = policy
        self.fields = fields


FAMILIES = {
    "qwen3": Family(
        Qwen3Config, policy=True, num_key_value_heads=2, head_dim=8, tie_word_embeddings=True, rope_theta=1000.0
    ),
    "qwen3-sharded": Family(
        Qwen3Config, shards=3, num_key_value_heads=1, head_dim=6, tie_word_embeddings=False, attention_bias=True
    ),
    "qwen3-yarn": Family(
        Qwen3Config, num_key_value_heads=4, head_dim=10, tie_word_embeddings=True, rope_theta=100.0, rope_scaling=YARN
    ),
    "qwen2": Family(
        Qwen2Config, policy=True, num_key_value_heads=2, hidden_size=24, tie_word_embeddings=True, rope_theta=1000.0
    ),
    "qwen2-untied": Family(
        Qwen2Config,
        num_key_value_heads=1,
        hidden_size=24,
        tie_word_embeddings=False,
        rope_theta=50.0,
        rope_scaling={"type": "yarn", "factor": 2.0, "original_max_position_embeddings": 64, "beta_fast": 4.0,
                      "mscale": 1.0, "mscale_all_dim": 0.5, "truncate": False},
    ),
    "llama3": Family(
        LlamaConfig,
        policy=True,
        num_key_value_heads=2,
        head_dim=8,
        tie_word_embeddings=False,
        rope_theta=500.0,
        rope_scaling=LLAMA3,
        rms_norm_eps=1e-5,
    ),
    "llama-bfloat16": Family(
        LlamaConfig, dtype=torch.bfloat16, num_key_value_heads=4, hidden_size=24, tie_word_embeddings=True
    ),
    "llama-biased": Family(
        LlamaConfig,
        num_key_value_heads=2,
        hidden_size=24,
        tie_word_embeddings=True,
        attention_bias=True,
        mlp_bias=True,
        rope_scaling={"type": "linear", "factor": 2.0},
    ),
}


def parameters(model):
    """Name to weight; a tied head is the embedding."""
    return dict(model.named_parameters())


def lively(model, generator):
    """Sets weights large enough for every part to matter. Freshly initialized ones leave attention even and hide mistakes."""
    with torch.no_grad():
        for name, weight in parameters(model).items():
            numbers = torch.randn(weight.shape, generator=generator)
            if name.endswith("norm.weight"):
                weight.copy_(1 + 0.3 * numbers)
            elif name.endswith("bias"):
                weight.copy_(0.3 * numbers)
            else:
                weight.copy_(1.2 * numbers / math.sqrt(weight.shape[1]))


def make_model(family, seed):
    config = family.config(**{**SHAPE, **family.fields})
    model = transformers.AutoModelForCausalLM.from_config(config).eval()
    lively(model, torch.Generator().manual_seed(seed))
    # Round first, so that the expectations belong to the written weights; only the weights, not the rotary frequencies.
    for weight in model.parameters():
        weight.data = weight.data.to(family.dtype).float()
    return model


def word_tokenizer():
    """Token i is the word wi, apart from the first two."""
    words = {"<bos>": 0, "<eos>": STOP} | {"w%d" % i: i for i in range(2, VOCABULARY)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="w2"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<bos>", eos_token="<eos>")


def save(model, family, folder):
    stored = copy.deepcopy(model).to(family.dtype)
    bytes_of_all = sum(weight.numel() * weight.element_size() for weight in stored.parameters())
    size = bytes_of_all // family.shards + 4096 if family.shards > 1 else "5GB"
    stored.save_pretrained(folder, max_shard_size=size)
    word_tokenizer().save_pretrained(folder)


def logits_of(model, tokens):
    return model(torch.tensor([tokens])).logits[0]


@torch.no_grad()
def greedy(model, prompt):
    """64 greedy tokens by transformers, and the least margin between the logits of the two likeliest tokens."""
    ids = torch.tensor([prompt])
    # The stop token is not suppressed: `steady_prompt` chooses a prompt that never leads to it.
    found = model.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=GREEDY, pad_token_id=0
    )[0].tolist()
    logits = logits_of(model, found)[len(prompt) - 1 : -1]
    best = logits.topk(2).values
    return found[len(prompt) :], (best[:, 0] - best[:, 1]).min().item()


def steady_prompt(model, numbers):
    for _ in range(10_000):
        prompt = [numbers.randrange(2, VOCABULARY) for _ in range(8)]
        tokens, margin = greedy(model, prompt)
        if len(tokens) == GREEDY and STOP not in tokens and margin > MARGIN:
            return prompt, tokens
    raise SystemExit("no prompt has %d greedy tokens without the stop token or a near tie" % GREEDY)


def trajectories(numbers, count):
    """Texts of different lengths. Most of their tokens after the first three are trained."""
    texts = []
    for i in range(count):
        length = 9 + 5 * i
        tokens = [numbers.randrange(2, VOCABULARY) for _ in range(length)]
        trained = [t > 2 and numbers.random() < 0.8 for t in range(length)]
        trained[-1] = True
        texts.append({"tokens": tokens, "trained": trained})
    return texts


def log_probs(model, text, temperature):
    """Log-probability of every token but the first, given those before it."""
    tokens = torch.tensor(text["tokens"])
    all = torch.log_softmax(logits_of(model, text["tokens"])[:-1] / temperature, -1)
    return all.gather(1, tokens[1:, None])[:, 0]


def trained_of(text):
    return torch.tensor(text["trained"][1:])


def cross_entropy(model, batch):
    """Mean over all trained tokens, in nats."""
    found = torch.cat([log_probs(model, text, 1.0)[trained_of(text)] for text in batch])
    return -found.mean()


def gradients(model, loss):
    names, weights = zip(*parameters(model).items())
    return dict(zip(names, torch.autograd.grad(loss, weights)))


# Epsilon is large: with a far smaller one, a weight whose gradient is nearly zero moves by the sign of a rounding error.
STEPS = {"beta1": 0.9, "beta2": 0.95, "epsilon": 1e-3, "weightDecay": 0.1, "maxGradientNorm": 1.0, "learningRate": 0.01}


def adamw(model, batch, count):
    optimizer = torch.optim.AdamW(
        model.parameters(),
        lr=STEPS["learningRate"],
        betas=(STEPS["beta1"], STEPS["beta2"]),
        eps=STEPS["epsilon"],
        weight_decay=STEPS["weightDecay"],
        foreach=False,
        fused=False,
    )
    losses = []
    for _ in range(count):
        optimizer.zero_grad()
        loss = cross_entropy(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), STEPS["maxGradientNorm"])
        optimizer.step()
        losses.append(loss.item())
    return losses


def noisy(values, deviation, generator):
    """Log-probabilities of a nearby policy, in float32 throughout, so that JSON gives back the same numbers."""
    return (values + deviation * torch.randn(values.shape, generator=generator)).clamp_max(-1e-3).tolist()


def policy_batch(model, numbers, generator, loss):
    """A batch as after some updates: the policy has moved away from the old one, and the sampler rounds differently."""
    batch = trajectories(numbers, 4)
    for text in batch:
        with torch.no_grad():
            now = log_probs(model, text, loss["temperature"])
        text["old"] = [0.0] + noisy(now, 0.3, generator)
        text["sampler"] = [0.0] + noisy(torch.tensor(text["old"][1:]), 0.8, generator)
        text["advantage"] = numbers.gauss(0, 1)
        text["weight"] = 1 / (3 if len(text["tokens"]) % 2 else 1)
    return batch


def dr_grpo(model, batch, loss):
    """The loss as in the paper (Liu et al. 2025, arXiv 2503.20783): for each trained token the clipped surrogate, times the
    truncated importance weight of the sampler's mismatch; summed over a sequence, divided by a constant, weighted. Returns
    the loss, the share of clipped and the share of truncated tokens."""
    total, clipped, truncated, count = torch.zeros(()), 0, 0, 0
    for text in batch:
        mask = trained_of(text)
        new = log_probs(model, text, loss["temperature"])[mask]
        old, sampler = (torch.tensor(text[name][1:])[mask] for name in ("old", "sampler"))
        if loss["onPolicy"]:
            old = new.detach()
        ratio = torch.exp(new - old)
        in_full = ratio * text["advantage"]
        at_most = torch.clamp(ratio, 1 - loss["clip"], 1 + loss["clip"]) * text["advantage"]
        importance = torch.exp(old - sampler)
        terms = -torch.minimum(in_full, at_most) * importance.clamp(max=loss["truncation"])
        total = total + text["weight"] / loss["divisor"] * terms.sum()
        clipped += (at_most < in_full).sum().item()
        truncated += (importance > loss["truncation"]).sum().item()
        count += len(new)
    return total, clipped / count, truncated / count


POLICY_LOSSES = {
    "clipped": {"clip": 0.2, "truncation": 2.0, "divisor": 5.0, "temperature": 1.0, "onPolicy": False},
    "tempered": {"clip": 0.2, "truncation": 1.5, "divisor": 7.0, "temperature": 0.8, "onPolicy": False},
    "on-policy": {"clip": 0.2, "truncation": 2.0, "divisor": 5.0, "temperature": 1.0, "onPolicy": True},
}


def make_policy(model, numbers, generator, expected, tensors):
    expected["policy"] = {}
    for name, loss in POLICY_LOSSES.items():
        batch = policy_batch(model, numbers, generator, loss)
        value, clipped, truncated = dr_grpo(model, batch, loss)
        if not loss["onPolicy"]:
            assert 0.1 < clipped < 0.9, (name, clipped)
        assert 0.05 < truncated < 0.9, (name, truncated)
        expected["policy"][name] = {
            "settings": loss,
            "batch": batch,
            "loss": value.item(),
            "clipShare": clipped,
            "truncatedShare": truncated,
        }
        for weight, gradient in gradients(model, value).items():
            tensors["policy.%s.%s" % (name, weight)] = gradient


def make_family(name, family, folder, seed):
    numbers = random.Random(seed)
    model = make_model(family, seed)
    save(model, family, folder)
    text = [numbers.randrange(2, VOCABULARY) for _ in range(TEXT)]
    prompt, tokens = steady_prompt(model, numbers)
    batch = trajectories(numbers, 3)
    expected = {"text": text, "prompt": prompt, "greedy": tokens, "batch": batch}
    with torch.no_grad():
        tensors = {"logits": logits_of(model, text)}
    loss = cross_entropy(model, batch)
    expected["crossEntropy"] = loss.item()
    for weight, gradient in gradients(model, loss).items():
        tensors["gradient." + weight] = gradient
    if family.policy:
        make_policy(model, numbers, torch.Generator().manual_seed(seed), expected, tensors)
    expected["adamw"] = {"settings": STEPS, "losses": adamw(model, batch, 5)}
    for weight, value in parameters(model).items():
        tensors["adamw." + weight] = value.detach()
    write_json(folder / "expected.json", expected)
    save_file({key: value.contiguous().clone() for key, value in tensors.items()}, folder / "expected.safetensors")
    print("%-15s %6d weights" % (name, sum(weight.numel() for weight in model.parameters())), flush=True)


def write_json(path, value):
    path.write_text(json.dumps(value, separators=(",", ":")) + "\n", encoding="utf-8")


# ---- Tokenizer ----

# Letters of ten scripts, as ranges of code points.
SCRIPTS = {
    "Latin": [(0x61, 0x7A), (0xE0, 0xF6), (0x100, 0x17F)],
    "Greek": [(0x3B1, 0x3C9)],
    "Cyrillic": [(0x430, 0x44F)],
    "Hebrew": [(0x5D0, 0x5EA)],
    "Arabic": [(0x621, 0x63A), (0x641, 0x652)],
    "Devanagari": [(0x905, 0x939), (0x93E, 0x94D)],
    "Thai": [(0xE01, 0xE3A), (0xE40, 0xE4E)],
    "Hangul": [(0xAC00, 0xAC80), (0x1100, 0x1112)],
    "Kana": [(0x3041, 0x3096), (0x30A1, 0x30FA)],
    "Han": [(0x4E00, 0x4EFF), (0x20000, 0x20010)],
}
EMOJI = ["\U0001f600", "\U0001f9c2", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea",
         "\u270d\U0001f3fd", "\u2764\ufe0f"]
CONTROLS = ["\x00", "\x07", "\x1b[0m", "\x7f", "\x85", "\u200b", "\u202e", "\ufeff", "\r\n", "\t", "\ufffd"]
MARKS = [" ", "  ", "\n", ".", ", ", "! ", "123", "7", "'s", "\u00ab", "\u2014", "(", "\u00e9", "e\u0301", "<|im_end|>"]
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
# How Qwen2 and Qwen3 split a text before they merge bytes.
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def texts(numbers, count):
    scripts = list(SCRIPTS)
    return [make_text(SCRIPTS[scripts[i % len(scripts)]], numbers) for i in range(count)]


def make_text(ranges, numbers):
    parts = []
    for _ in range(numbers.randrange(1, 6)):
        low, high = numbers.choice(ranges)
        word = "".join(chr(numbers.randint(low, high)) for _ in range(numbers.randrange(1, 7)))
        parts.append(word.upper() if numbers.random() < 0.2 else word)
        parts.append(numbers.choice(numbers.choices([MARKS, [" "], EMOJI, CONTROLS, [""]], [4, 4, 1, 1, 2])[0]))
    return "".join(parts)


def byte_level(numbers, size=600, more=()):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERN), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=SPECIAL, show_progress=False
    )
    tokenizer.train_from_iterator(texts(numbers, 2000) + list(more), trainer)
    return tokenizer


def make_tokenizer(folder):
    folder.mkdir()
    numbers = random.Random(11)
    tokenizer = byte_level(numbers)
    tokenizer.save(str(folder / "tokenizer.json"))
    samples = texts(numbers, 1000)
    lines = []
    for text in samples:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        lines.append([text, ids, tokenizer.decode(ids, skip_special_tokens=False)])
    with open(folder / "texts.json.gz", "wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        file.write(json.dumps(lines, separators=(",", ":")).encode("ascii"))
    print("%-15s %6d texts" % ("tokenizer", len(samples)), flush=True)


def make(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for seed, (name, family) in enumerate(FAMILIES.items(), 1):
        make_family(name, family, folder / name, seed)
    make_tokenizer(folder / "tokenizer")


# ---- A large model ----

LARGE = {
    "vocab_size": 151936,
    "hidden_size": 1024,
    "intermediate_size": 3072,
    "num_hidden_layers": 28,
    "num_attention_heads": 16,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "max_position_embeddings": 40960,
    "rope_theta": 1000000.0,
    "tie_word_embeddings": True,
    "bos_token_id": 0,
    "eos_token_id": 2,
    "attention_dropout": 0.0,
}
CHAT = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def large(folder):
    """A model with random weights, so that all tokens are about equally likely, and a tokenizer with a word for each."""
    torch.manual_seed(1)
    model = transformers.AutoModelForCausalLM.from_config(Qwen3Config(**LARGE), torch_dtype=torch.bfloat16)
    model.save_pretrained(folder)
    # Train on this file's own text, so that English words become tokens.
    own = pathlib.Path(__file__).read_text(encoding="utf-8").splitlines()
    tokenizer = json.loads(byte_level(random.Random(11), 3000, own).to_str())
    words = tokenizer["model"]["vocab"]
    words.update({"w%d" % i: i for i in range(len(words), LARGE["vocab_size"])})
    write_json(folder / "tokenizer.json", tokenizer)
    write_json(folder / "tokenizer_config.json", {"chat_template": CHAT, "eos_token": SPECIAL[2]})
    print("%d weights" % sum(weight.numel() for weight in model.parameters()))


@torch.no_grad()
def open_one(folder, tokens):
    model, info = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    unfit = sorted(map(str, info["missing_keys"] + info["unexpected_keys"] + info["mismatched_keys"]))
    print(json.dumps({"unfit": unfit, "logits": logits_of(model.eval(), tokens)[-1].tolist()}))


# ---- Checking ----


def difference(ours, theirs):
    """Largest absolute difference, relative to the largest absolute number of theirs."""
    return ((ours - theirs).abs().max() / theirs.abs().max()).item()


@torch.no_grad()
def check_family(folder):
    """Compares the checkpoint that SPICE trained with SPICE's own numbers, which lie beside it."""
    ours, expected = (json.loads((folder / name).read_text()) for name in ("ours.json", "expected.json"))
    trained = folder / "trained"
    model, info = transformers.AutoModelForCausalLM.from_pretrained(
        trained, dtype=torch.float32, output_loading_info=True
    )
    before = transformers.AutoConfig.from_pretrained(folder).to_dict()
    after = model.config.to_dict()
    changed = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    tokenizer = transformers.AutoTokenizer.from_pretrained(trained)
    text = ours["text"]
    logits = logits_of(model.eval(), text)
    old = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return {
        "architecture": type(model).__name__,
        "unfit": sorted(map(str, info["missing_keys"] + info["unexpected_keys"] + info["mismatched_keys"])),
        # Only the type of the weights may change.
        "changed": sorted(set(changed) - {"dtype", "torch_dtype", "_name_or_path", "transformers_version"}),
        "base": difference(torch.tensor(ours["base"]), logits_of(old.eval(), text)),
        "trained": difference(torch.tensor(ours["trained"]), logits),
        "moved": difference(torch.tensor(ours["base"]), torch.tensor(ours["trained"])),
        "greedy": sum(a == b for a, b in zip(ours["greedy"], expected["greedy"])),
        "tokens": tokenizer(" ".join("w%d" % token for token in text))["input_ids"] == text,
    }


def check(folder):
    for name in FAMILIES:
        print(json.dumps({"family": name} | check_family(folder / name)), flush=True)


def main():
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    work, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if work == "open":
        open_one(folder, [int(token) for token in sys.argv[3:]])
    else:
        {"make": make, "check": check, "large": large}[work](folder)


if __name__ == "__main__":
    main()
