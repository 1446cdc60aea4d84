"""Runs and measures our TorchScript program with PyTorch in Python, for instance on a GPU machine without Java.

    spice program OUT --shape 0.6B                     where there is Java: decoder.pt, decoder.json
    python bench.py OUT --device cuda --dtype bfloat16 --peak-tflops 989
    python bench.py OUT --job JOB.json                 one training step of `spice bench`, as numbers to compare

It needs only torch. Training does what the learner does: micro-batches of the DrGRPO loss with gradients, clipping, AdamW.
Decoding does what the sampler does, for groups of eight completions of a prompt. Weights are random unless a job names some.
Each measurement is repeated after one warm-up; a line of JSON has its median, least and most.

Model FLOP utilization is 6 N + 6 L H D T FLOP for a trained token, 2 N + 4 L H D S for a decoded one, divided by time and peak.
N is the number of weights in matrices, with the head's, without the embedding's. There are L layers with H heads of width D. A
trained sequence has T tokens, of which a token sees half; a decoded token sees S on average. What the learner computes a second
time (--recompute) does not count. The peak is --peak-tflops, the vendor's figure for dense matrices, or else the speed that a
large product of two matrices reaches on this machine.

B sequences, T tokens of a sequence, M trained tokens, V vocabulary, G prompts, K completions of each, N new tokens of each.
"""

import argparse
import json
import os
import struct
import time

import torch

# Sampling without truncation.
DRAWS = {"top_k": 0, "top_p": 1.0, "min_p": 0.0}
KINDS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def read_safetensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    kinds = {"F32": torch.float32, "BF16": torch.bfloat16}
    return {
        name: torch.frombuffer(data[slice(*entry["data_offsets"])], dtype=kinds[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__"
    }


class Program:
    """The program and its weights, in a list as in Java, on one device."""

    def __init__(self, folder, device, dtype, weights=None):
        with open(os.path.join(folder, "decoder.json")) as file:
            self.about = json.load(file)
        self.module = torch.jit.load(os.path.join(folder, "decoder.pt"))
        self.device = device
        self.dtype = dtype
        torch.manual_seed(1)
        self.w = [self.weight(one, weights).to(device, dtype) for one in self.about["weights"]]
        self.angles = {}

    def weight(self, one, weights):
        if weights is not None:
            return weights[one["name"]]
        if len(one["shape"]) == 1:
            return torch.zeros(one["shape"]) if one["name"].endswith("bias") else torch.ones(one["shape"])
        return torch.empty(one["shape"]).normal_(0, 0.02)

    def table(self, positions):
        """Cosines and sines (positions, D); each angle occurs twice."""
        if positions not in self.angles:
            frequencies = torch.tensor(self.about["frequencies"], dtype=torch.float64)
            angles = torch.outer(torch.arange(positions, dtype=torch.float64), frequencies).repeat(1, 2)
            scale = self.about["attentionFactor"]
            self.angles[positions] = [(scale * f(angles)).float().to(self.device) for f in (torch.cos, torch.sin)]
        return self.angles[positions]

    def call(self, method, positions=1, **arguments):
        """Calls a method with the arguments that its signature names."""
        cos, sin = self.table(positions)
        given = {"w": self.w, "adapters": [], "scale": 0.0, "cos": cos, "sin": sin, "eps": self.about["normEpsilon"]}
        given.update(DRAWS, **arguments)
        function = getattr(self.module, method)
        return function(**{one.name: given[one.name] for one in function.schema.arguments[1:]})

    def matrices(self):
        """The number of weights that each token is multiplied with."""
        table, *others = self.w
        own_head = self.w[-1].dim() == 2
        return sum(w.numel() for w in others if w.dim() == 2) + (0 if own_head else table.numel())


class Training:
    def __init__(self, program, learner, loss, rate, recompute):
        self.program = program
        self.learner = learner
        self.loss = loss
        self.rate = rate
        self.recompute = int(recompute)
        for w in program.w:
            w.requires_grad_(True)
        wide = [torch.float32 if w.dtype == torch.bfloat16 else w.dtype for w in program.w]
        self.gradients, self.first, self.second = (
            [torch.zeros_like(w, dtype=kind, requires_grad=False) for w, kind in zip(program.w, wide)] for _ in range(3)
        )
        self.steps = [torch.zeros([], device=program.device) for _ in program.w]
        rounded = program.dtype == torch.bfloat16
        self.master = [w.detach().float() for w in program.w] if rounded else program.w

    def add(self, ids, sampler, advantages, share):
        """Adds the gradients of a micro-batch: ids (B, T + 1), each first not trained; sampler's log-probabilities (B, T)."""
        B, T = ids.shape[0], ids.shape[1] - 1
        device = self.program.device
        nothing = torch.zeros(B * T, device=device)
        per_token = torch.stack(
            [nothing, sampler.flatten(), advantages.repeat_interleave(T), torch.full_like(nothing, share)]
        )
        with torch.enable_grad():
            return self.program.call(
                "add_policy_gradients",
                positions=T,
                ids=ids.narrow(1, 0, T).clone(memory_format=torch.contiguous_format),
                rows=torch.arange(B * T, device=device),
                targets=ids.narrow(1, 1, T).reshape(B * T),
                per_token=per_token,
                first=1,
                clip=self.loss["clip"],
                truncation=self.loss["truncation"],
                temperature=self.loss["temperature"],
                recompute=self.recompute,
                gradients=self.gradients,
            )

    def update(self, tokens, sampler, advantages):
        rows = max(1, self.learner["microBatchTokens"] // (tokens.shape[1] - 1))
        share = 1 / len(tokens) / self.loss["divisor"]
        self.program.call("clear", gradients=self.gradients)
        sums = torch.zeros(5, dtype=torch.float64)
        for part in range(0, len(tokens), rows):
            some = slice(part, part + rows)
            sums += self.add(tokens[some], sampler[some], advantages[some], share).cpu()
        norm = self.program.call("gradient_norm", gradients=self.gradients).item()
        self.step(min(1.0, self.learner["maxGradientNorm"] / (norm + 1e-6)))
        count = tokens[:, 1:].numel()
        return {"loss": sums[0].item(), "gradientNorm": norm, "entropy": sums[3].item() / count}

    def step(self, scale):
        # As in Java, the weights that are stepped record no graph.
        with torch.no_grad():
            self.program.call(
                "adamw",
                w=self.master,
                gradients=self.gradients,
                first=self.first,
                second=self.second,
                steps=self.steps,
                scale=scale,
                rate=self.rate,
                beta1=self.learner["beta1"],
                beta2=self.learner["beta2"],
                epsilon=self.learner["epsilon"],
                decay=self.learner["weightDecay"],
            )
            if self.master is not self.program.w:
                self.program.call("copy", some=self.program.w, others=self.master)


class Decoding:
    def __init__(self, program, prompts, completions, length, new):
        self.program = program
        self.groups, self.completions, self.length, self.new = prompts, completions, length, new
        self.prompts = torch.randint(program.about["vocabulary"], (prompts, length), device=program.device)
        with torch.inference_mode():
            self.packed = program.call("pack_all", D=program.about["headDimension"])

    @torch.inference_mode()
    def run(self):
        rows = self.groups * self.completions
        positions = self.length + self.new
        # TorchScript lists: the program would change a copy of a Python list.
        begun = [torch.jit.script(one) for one in self.program.call("begin", uniforms=self.uniforms(rows))]
        names = ["at", "state", "prompt_keys", "prompt_values", "own_keys", "own_values"]
        in_flight = dict(zip(names, begun))
        lengths = torch.full([self.groups], self.length, device=self.program.device)
        prompts = self.program.call("read_prompts", positions=positions, prompts=self.prompts, lengths=lengths)
        sampling = {"temperature": 1.0, "stops": torch.tensor([-1], device=self.program.device)}
        live = self.program.call(
            "admit",
            **in_flight,
            **dict(zip(["read", "read_keys", "read_values"], map(torch.jit.script, prompts))),
            lanes=torch.arange(self.groups, device=self.program.device),
            rows=torch.arange(rows, device=self.program.device).reshape(self.groups, self.completions),
            still=torch.tensor([], dtype=torch.long, device=self.program.device),
            P=self.length,
            **sampling,
        )
        packed = dict(zip(["packed", "biases", "adapters"], self.packed))
        while live:
            live = self.program.call("advance", positions=positions, **in_flight, **sampling, **packed)
        return rows * self.new

    def uniforms(self, rows):
        return torch.rand(rows + 1, self.new, dtype=torch.float64, device=self.program.device)


def measured(device, work, runs):
    """Seconds of each run, after a warm-up run."""
    seconds = []
    for _ in range(runs + 1):
        synchronize(device)
        start = time.perf_counter()
        work()
        synchronize(device)
        seconds.append(time.perf_counter() - start)
    return seconds[1:]


def synchronize(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def peak(device, dtype, runs):
    """FLOP per second of a large product of two matrices."""
    n = 8192 if device.type == "cuda" else 2048
    a = torch.randn(n, n).to(device, dtype)
    return 2 * n**3 / min(measured(device, lambda: torch.mm(a, a), runs))


def report(work, arguments, tokens, flop, seconds, most, memory):
    seconds = sorted(seconds)
    rate = lambda s: tokens / s
    print(
        json.dumps(
            {
                "work": work,
                "device": str(arguments.device),
                "name": torch.cuda.get_device_name(arguments.device) if arguments.device.type == "cuda" else "CPU",
                "torch": torch.__version__,
                "dtype": arguments.dtype,
                "tokensPerSecond": round(rate(seconds[len(seconds) // 2]), 1),
                "least": round(rate(seconds[-1]), 1),
                "most": round(rate(seconds[0]), 1),
                "flop": int(flop),
                "utilization": round(flop / seconds[len(seconds) // 2] / most, 4),
                "peakTflops": round(most / 1e12, 2),
                "memoryBytes": memory,
            }
        ),
        flush=True,
    )


LEARNER = {"microBatchTokens": 16384, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0.0, "maxGradientNorm": 1.0}
LOSS = {"clip": 0.2, "truncation": 2.0, "divisor": 4096.0, "temperature": 1.0}


def bench(arguments):
    device = arguments.device
    dtype = KINDS[arguments.dtype]
    most = arguments.peak_tflops * 1e12 if arguments.peak_tflops else peak(device, dtype, arguments.runs)
    program = Program(arguments.folder, device, dtype)
    about = program.about
    attended = about["layers"] * about["heads"] * about["headDimension"]
    B, T = arguments.sequences, arguments.length
    if "decode" in arguments.parts:
        decoding = Decoding(program, arguments.prompts, arguments.completions, arguments.prompt, arguments.new)
        tokens = arguments.prompts * arguments.completions * arguments.new
        seen = arguments.prompt + arguments.new / 2
        flop = tokens * (2 * program.matrices() + 4 * attended * seen)
        seconds = measured(device, decoding.run, arguments.runs)
        report("decode", arguments, tokens, flop, seconds, most, held(device))
    if "train" in arguments.parts:
        learner = {**LEARNER, "microBatchTokens": arguments.micro_batch_tokens}
        training = Training(program, learner, LOSS, 1e-6, arguments.recompute)
        ids = torch.randint(about["vocabulary"], (B, T + 1), device=device)
        sampler = torch.full((B, T), -float(torch.tensor(float(about["vocabulary"])).log()), device=device)
        advantages = torch.linspace(-1, 1, B, device=device)
        flop = B * T * (6 * program.matrices() + 6 * attended * T)
        seconds = measured(device, lambda: training.update(ids, sampler, advantages), arguments.runs)
        report("train", arguments, B * T, flop, seconds, most, held(device))


def held(device):
    """The peak memory of tensors; None on a CPU."""
    return torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None


def step(arguments):
    """Takes the updates of a job of `spice bench`; prints the last one's numbers in the format of its answers."""
    with open(arguments.job) as file:
        job = json.load(file)
    weights = read_safetensors(os.path.join(job["folder"], "model.safetensors"))
    program = Program(arguments.folder, arguments.device, KINDS[arguments.dtype], weights)
    training = Training(program, job["learner"], job["loss"], job["learningRate"], arguments.recompute)
    on = lambda values, kind: torch.tensor(values, dtype=kind, device=arguments.device)
    tokens = on(job["tokens"], torch.long)
    sampler = on(job["samplerLogProbs"], torch.float32)[:, 1:]
    for _ in range(job["repeats"]):
        numbers = training.update(tokens, sampler, on(job["advantages"], torch.float32))
    print(json.dumps(numbers))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="of decoder.pt and decoder.json")
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    parser.add_argument("--dtype", choices=sorted(KINDS), default="float32")
    parser.add_argument("--parts", type=lambda text: text.split(","), default=["train", "decode"])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, help="of a processor")
    parser.add_argument("--peak-tflops", type=float)
    parser.add_argument("--sequences", type=int, default=8, help="B of an update")
    parser.add_argument("--length", type=int, default=1024, help="T of a trained sequence")
    parser.add_argument("--micro-batch-tokens", type=int, default=8192)
    parser.add_argument("--recompute", action="store_true")
    parser.add_argument("--prompts", type=int, default=16, help="G")
    parser.add_argument("--completions", type=int, default=8, help="K")
    parser.add_argument("--prompt", type=int, default=512, help="tokens of a prompt")
    parser.add_argument("--new", type=int, default=256, help="N")
    parser.add_argument("--job")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    # As in Java: the executor must not specialize the program to the shapes that it has seen.
    torch._C._set_graph_executor_optimize(False)
    torch.set_grad_enabled(False)
    if arguments.job:
        step(arguments)
    else:
        bench(arguments)


main()
