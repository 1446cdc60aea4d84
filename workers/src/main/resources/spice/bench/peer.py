"""The other side of `spice bench`: the same model, the same training step and the same sampling in Python's PyTorch.

It is written for speed. Training uses scaled_dot_product_attention with the causal flag, fused AdamW and foreach clipping,
and computes the head only for trained tokens. Sampling uses inference_mode, reads each prompt once for all its completions,
allocates the cache of keys and values once, and records the log-probabilities of the drawn tokens.

    python3 peer.py JOB.json

`spice bench` starts this script. It reads the job and prints one line of JSON when it is ready. For every line of JSON on
standard input it does the work once and prints one line of JSON: the time in seconds, the number of tokens, and numbers that
show whether both sides compute the same. It needs only torch; the job `generate` also needs transformers.

B sequences, T tokens of a sequence, E width of a hidden state, H heads, J heads of keys and values, D width of a head;
G prompts of P tokens, N new tokens.
"""

import json
import struct
import sys
import time

import torch
import torch.nn.functional as F


def read_safetensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            assert entry["dtype"] == "F32", (name, entry["dtype"])
            start, end = entry["data_offsets"]
            tensors[name] = torch.frombuffer(data[start:end], dtype=torch.float32).reshape(entry["shape"])
    return tensors


class Qwen3:
    """A Qwen3 decoder with tied embeddings, its weights in float32."""

    def __init__(self, folder, device):
        with open(folder + "/config.json") as file:
            self.config = json.load(file)
        read = read_safetensors(folder + "/model.safetensors")
        self.w = {name: tensor.to(device, copy=True) for name, tensor in read.items()}
        self.eps = self.config["rms_norm_eps"]
        self.layers = self.config["num_hidden_layers"]
        self.heads = self.config["num_attention_heads"]
        self.key_heads = self.config["num_key_value_heads"]
        self.width = self.config["head_dim"]
        frequencies = self.config["rope_theta"] ** (
            -torch.arange(0, self.width, 2, dtype=torch.float64) / self.width
        )
        positions = torch.arange(self.config["max_position_embeddings"], dtype=torch.float64)
        angles = torch.outer(positions, frequencies).repeat(1, 2)
        self.cos = angles.cos().float().to(device)
        self.sin = angles.sin().float().to(device)

    def norm(self, x, name):
        return F.rms_norm(x, (x.shape[-1],), self.w[name], self.eps)

    @staticmethod
    def rotate(x, cos, sin):
        a, b = x.chunk(2, -1)
        return x * cos + torch.cat([-b, a], -1) * sin

    def queries_keys_values(self, x, layer, cos, sin):
        """(B, H, T, D), (B, J, T, D), (B, J, T, D)"""
        B, T, _ = x.shape
        name = "model.layers.%d." % layer
        h = self.norm(x, name + "input_layernorm.weight")
        q = F.linear(h, self.w[name + "self_attn.q_proj.weight"]).view(B, T, self.heads, self.width)
        k = F.linear(h, self.w[name + "self_attn.k_proj.weight"]).view(B, T, self.key_heads, self.width)
        v = F.linear(h, self.w[name + "self_attn.v_proj.weight"]).view(B, T, self.key_heads, self.width)
        q = self.norm(q, name + "self_attn.q_norm.weight").transpose(1, 2)
        k = self.norm(k, name + "self_attn.k_norm.weight").transpose(1, 2)
        return self.rotate(q, cos, sin), self.rotate(k, cos, sin), v.transpose(1, 2)

    def after_attention(self, x, a, layer):
        B, T, _ = x.shape
        name = "model.layers.%d." % layer
        x = x + F.linear(a.transpose(1, 2).reshape(B, T, -1), self.w[name + "self_attn.o_proj.weight"])
        h = self.norm(x, name + "post_attention_layernorm.weight")
        gate = F.linear(h, self.w[name + "mlp.gate_proj.weight"])
        up = F.linear(h, self.w[name + "mlp.up_proj.weight"])
        return x + F.linear(F.silu(gate) * up, self.w[name + "mlp.down_proj.weight"])

    def read(self, ids, keep=None):
        """Hidden states (B, T, E) of whole sequences, before the last norm; calls `keep(layer, k, v)` for every layer."""
        T = ids.shape[1]
        cos, sin = self.cos[:T], self.sin[:T]
        x = F.embedding(ids, self.w["model.embed_tokens.weight"])
        for layer in range(self.layers):
            q, k, v = self.queries_keys_values(x, layer, cos, sin)
            if keep is not None:
                keep(layer, k, v)
            shared = self.heads // self.key_heads
            if shared > 1:
                # Faster on a processor than enable_gqa, which has no fused kernel there.
                k, v = k.repeat_interleave(shared, 1), v.repeat_interleave(shared, 1)
            a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = self.after_attention(x, a, layer)
        return x

    def head(self, h):
        return F.linear(self.norm(h, "model.norm.weight"), self.w["model.embed_tokens.weight"])


def at_temperature(logits, loss):
    return logits if loss["temperature"] == 1 else logits / loss["temperature"]


class Training:
    """The DrGRPO step: micro-batches, clipping, AdamW. In bfloat16 by autocast, which casts each weight once per pass."""

    def __init__(self, job):
        self.job = job
        self.device = torch.device(job["device"])
        self.model = Qwen3(job["folder"], self.device)
        for weight in self.model.w.values():
            weight.requires_grad_(True)
        self.weights = list(self.model.w.values())
        self.optimizer = torch.optim.AdamW(
            self.weights,
            lr=job["learningRate"],
            betas=(job["learner"]["beta1"], job["learner"]["beta2"]),
            eps=job["learner"]["epsilon"],
            weight_decay=job["learner"]["weightDecay"],
            fused=True,
        )
        self.loss = job["loss"]
        self.tokens = torch.tensor(job["tokens"], device=self.device)
        self.sampler = torch.tensor(job["samplerLogProbs"], dtype=torch.float32, device=self.device)
        self.advantages = torch.tensor(job["advantages"], dtype=torch.float32, device=self.device)

    def micro_batch(self, rows):
        ids = self.tokens[rows]
        # All tokens but the first are trained.
        targets = ids[:, 1:].flatten()
        sampler = self.sampler[rows][:, 1:].flatten()
        T = ids.shape[1] - 1
        advantage = self.advantages[rows].repeat_interleave(T)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.job["peerDtype"] == "BFLOAT16"):
            logits = self.model.head(self.model.read(ids[:, :-1]).flatten(0, 1))
        log_probs = torch.log_softmax(at_temperature(logits.float(), self.loss), -1)
        new = log_probs.gather(1, targets.unsqueeze(1)).squeeze(1)
        old = new.detach()
        ratio = torch.exp(new - old)
        clip = self.loss["clip"]
        surrogate = torch.maximum(-advantage * ratio, -advantage * ratio.clamp(1 - clip, 1 + clip))
        terms = surrogate * torch.exp(old - sampler).clamp_max(self.loss["truncation"])
        loss = terms.sum() * (1 / len(self.tokens) / self.loss["divisor"])
        loss.backward()
        with torch.no_grad():
            fixed = log_probs.detach()
            entropy = -(fixed.exp() * fixed).sum()
        return loss.item(), entropy.item(), len(targets)

    def update(self):
        rows = max(1, self.job["learner"]["microBatchTokens"] // (self.tokens.shape[1] - 1))
        loss = entropy = count = 0
        for part in torch.arange(len(self.tokens)).split(rows):
            part_loss, part_entropy, part_count = self.micro_batch(part)
            loss, entropy, count = loss + part_loss, entropy + part_entropy, count + part_count
        norm = torch.nn.utils.clip_grad_norm_(self.weights, self.job["learner"]["maxGradientNorm"], foreach=True)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return {"loss": loss, "gradientNorm": norm.item(), "entropy": entropy / count}

    def run(self, order):
        for _ in range(self.job["repeats"]):
            numbers = self.update()
        return self.tokens[:, 1:].numel() * self.job["repeats"], numbers


class Sampling:
    """Samples several completions of each prompt in one batch."""

    def __init__(self, job):
        self.job = job
        self.device = torch.device(job["device"])
        self.model = Qwen3(job["folder"], self.device)
        self.prompts = torch.tensor(job["prompts"], device=self.device)

    @torch.inference_mode()
    def generate(self, forced=None):
        """Tokens (B, N) and their log-probabilities (B, N). With `forced` (B, N), takes those tokens instead of drawing."""
        model, job = self.model, self.job
        copies, N, stop = job["completions"], job["newTokens"], model.config["eos_token_id"]
        G, P = self.prompts.shape
        B = G * copies
        keys = torch.empty(model.layers, B, model.key_heads, P + N, model.width, device=self.device)
        values = torch.empty_like(keys)

        def keep(layer, k, v):
            keys[layer, :, :, :P] = k.repeat_interleave(copies, 0)
            values[layer, :, :, :P] = v.repeat_interleave(copies, 0)

        hidden = model.read(self.prompts, keep)[:, -1]
        logits = model.head(hidden).repeat_interleave(copies, 0)
        tokens = torch.full((B, N), stop, device=self.device)
        log_probs = torch.zeros(B, N, device=self.device)
        done = torch.zeros(B, dtype=torch.bool, device=self.device)
        for i in range(N):
            scores = torch.log_softmax(at_temperature(logits, job["loss"]), -1)
            if forced is None:
                # Draws by the Gumbel-max trick, which copies less than torch.multinomial.
                token = (scores - torch.empty_like(scores).exponential_().log_()).argmax(-1, keepdim=True)
            else:
                token = forced[:, i : i + 1]
            tokens[:, i] = torch.where(done, stop, token[:, 0])
            log_probs[:, i] = scores.gather(1, token)[:, 0]
            done |= token[:, 0] == stop
            if i + 1 == N or bool(done.all()):
                break
            logits = self.step(token, P + i, keys, values)
        return tokens, log_probs

    def step(self, token, position, keys, values):
        model = self.model
        cos, sin = model.cos[position], model.sin[position]
        x = F.embedding(token, model.w["model.embed_tokens.weight"])
        for layer in range(model.layers):
            q, k, v = model.queries_keys_values(x, layer, cos, sin)
            keys[layer, :, :, position] = k[:, :, 0]
            values[layer, :, :, position] = v[:, :, 0]
            a = self.attend(q, keys[layer, :, :, : position + 1], values[layer, :, :, : position + 1])
            x = model.after_attention(x, a, layer)
        return model.head(x[:, 0])

    def attend(self, q, k, v):
        B, H, _, D = q.shape
        return F.scaled_dot_product_attention(q.view(B, self.model.key_heads, -1, D), k, v).view(B, H, 1, D)

    def run(self, order):
        if order["forced"]:
            forced = torch.tensor(order["forced"], device=self.device)
            return forced.numel(), {"logProbs": self.generate(forced)[1].tolist()}
        count = 0
        for _ in range(self.job["repeats"]):
            count += written(self.generate()[0], self.model.config["eos_token_id"])
        return count, {}


class Generating:
    """Samples by transformers' own loop, which reads a prompt again for every completion."""

    def __init__(self, job):
        from transformers import AutoModelForCausalLM

        self.job = job
        device = torch.device(job["device"])
        self.model = AutoModelForCausalLM.from_pretrained(job["folder"], dtype=torch.float32).eval().to(device)
        self.prompts = torch.tensor(job["prompts"], device=device)

    @torch.inference_mode()
    def tokens(self):
        model, job = self.model, self.job
        drawn = model.generate(
            self.prompts,
            attention_mask=torch.ones_like(self.prompts),
            do_sample=True,
            temperature=job["loss"]["temperature"],
            top_k=0,
            top_p=1.0,
            num_return_sequences=job["completions"],
            max_new_tokens=job["newTokens"],
            pad_token_id=model.config.eos_token_id,
            return_dict_in_generate=True,
            output_logits=True,
        )
        model.compute_transition_scores(drawn.sequences, drawn.logits, normalize_logits=True)
        return drawn.sequences[:, self.prompts.shape[1] :]

    def run(self, order):
        return sum(written(self.tokens(), self.model.config.eos_token_id) for _ in range(self.job["repeats"])), {}


def written(tokens, stop):
    """Number of tokens up to and including each row's stop token."""
    stops = (tokens == stop).int()
    return int((stops.cumsum(1) - stops == 0).sum())


def main():
    with open(sys.argv[1]) as file:
        job = json.load(file)
    torch.set_num_threads(job["threads"])
    torch.manual_seed(1)
    work = {"train": Training, "sample": Sampling, "generate": Generating}[job["part"]](job)
    print(json.dumps({"version": "PyTorch " + torch.__version__}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        start = time.perf_counter()
        count, numbers = work.run(order)
        if job["device"] != "cpu":
            torch.cuda.synchronize()
        seconds = time.perf_counter() - start
        answer = {"count": count, "seconds": seconds, "work": numbers}
        print(json.dumps(answer), flush=True)


main()
