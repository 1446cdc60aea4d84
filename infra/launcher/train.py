"""The training step of SPICE as a job of torchrun: data parallel, any model that transformers knows.

    torchrun --standalone --nproc-per-node 8 infra/launcher/train.py [--device cuda] [--autocast] s3://BUCKET/KEY

is the command that a worker starts if its launchers name it; the worker appends the address of the job. This script follows the
contract in docs/launcher.md: it reads job, parent checkpoint and trajectories from the store, takes the gradient updates, writes
weights and optimizer, and writes the result last, once all else is stored. It needs torch, transformers and safetensors.

The loss is DrGRPO, as in decoder.py. Each process has a full copy of model and optimizer and computes its share of an update's
sequences; the gradients are summed over all processes. Weights are float32; on a GPU, --autocast computes in bfloat16.

B sequences, T tokens of a sequence, M trained tokens, V vocabulary.
"""

import argparse
import contextlib
import gzip
import hashlib
import hmac
import http.client
import io
import json
import math
import os
import stat
import sys
import tempfile
import threading
import time
import urllib.parse
from datetime import datetime, timedelta, timezone

import torch
import torch.distributed as dist
from safetensors.torch import load_file, save_file
from torch.utils.checkpoint import checkpoint
from transformers import AutoModelForCausalLM

FORMAT = 1
# Number of rows for which the head computes logits at a time; only these rows of V numbers are in memory.
HEAD_ROWS = 1024
# Longest time in which the processes must have summed one parameter's gradient; more means a fault.
PATIENCE = timedelta(minutes=10)


said = "its start"


def say(words):
    """Prints progress. The worker shows it, and takes a job that prints nothing for the time of its patience as stuck."""
    global said
    said = words
    print("spice: " + words, flush=True)


def end_with_the_worker():
    """Ends this process with the worker, which has the other end of standard input and alone waits for this job."""

    def wait():
        while os.read(0, 4096):
            pass
        os._exit(1)

    if stat.S_ISFIFO(os.fstat(0).st_mode):
        threading.Thread(target=wait, daemon=True).start()


class Store:
    """An S3 bucket through HTTP: GET and create-only PUT, signed (AWS Signature Version 4).

    The usual variables give its address and key: AWS_ENDPOINT_URL_S3, AWS_REGION, AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.
    """

    TRIES = 5

    def __init__(self, bucket, blobs="blobs/"):
        self.bucket = bucket
        self.blobs = blobs
        self.region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        self.endpoint = urllib.parse.urlsplit(endpoint or "https://s3.%s.amazonaws.com" % self.region)

    def request(self, method, key, sha256, headers, body=None):
        """Sends a request; returns the connection and the open response."""
        host = self.endpoint.netloc
        path = urllib.parse.quote("%s/%s/%s" % (self.endpoint.path.rstrip("/"), self.bucket, key), safe="/-_.~")
        now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        signed = {"host": host, "x-amz-content-sha256": sha256, "x-amz-date": now}
        if os.environ.get("AWS_SESSION_TOKEN"):
            signed["x-amz-security-token"] = os.environ["AWS_SESSION_TOKEN"]
        names = ";".join(sorted(signed))
        canonical = "\n".join(
            [method, path, ""] + ["%s:%s" % (name, signed[name]) for name in sorted(signed)] + ["", names, sha256]
        )
        scope = "%s/%s/s3/aws4_request" % (now[:8], self.region)
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        key_bytes = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
        for part in (now[:8], self.region, "s3", "aws4_request"):
            key_bytes = hmac.new(key_bytes, part.encode(), hashlib.sha256).digest()
        text = "AWS4-HMAC-SHA256\n%s\n%s\n%s" % (now, scope, digest)
        signature = hmac.new(key_bytes, text.encode(), hashlib.sha256).hexdigest()
        signed["authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
            os.environ["AWS_ACCESS_KEY_ID"], scope, names, signature,
        )
        kind = http.client.HTTPSConnection if self.endpoint.scheme == "https" else http.client.HTTPConnection
        connection = kind(host, timeout=60)
        connection.request(method, path, body=body, headers={**signed, **headers})
        return connection, connection.getresponse()

    def tried(self, what, attempt):
        """Returns the answer to the attempt, which is repeated if the server is busy or restarts."""
        for n in range(self.TRIES):
            try:
                status, answer = attempt()
            except (OSError, http.client.HTTPException) as e:
                status, answer = 0, str(e).encode()
            if status in (200, 412):
                return status, answer
            if status in (400, 401, 403, 404) or n == self.TRIES - 1:
                break
            time.sleep(2**n / 2)
        raise SystemExit("cannot %s: %s %s" % (what, status or "no answer", answer[:300]))

    def get(self, key, file=None):
        """Returns the object's bytes, or writes them to the file and returns their SHA-256."""

        def attempt():
            connection, response = self.request("GET", key, hashlib.sha256(b"").hexdigest(), {})
            with contextlib.closing(connection):
                if response.status != 200 or file is None:
                    return response.status, response.read()
                digest = hashlib.sha256()
                with open(file, "wb") as out:
                    while chunk := response.read(1 << 20):
                        digest.update(chunk)
                        out.write(chunk)
                return 200, digest.hexdigest()

        return self.tried("read " + key, attempt)[1]

    def blob(self, ref):
        return "%s%s/%s" % (self.blobs, ref["sha256"][:2], ref["sha256"])

    def fetch(self, ref, file):
        found = self.get(self.blob(ref), file)
        if found != ref["sha256"]:
            raise SystemExit("%s has the digest %s" % (self.blob(ref), found))

    def create(self, key, body, sha256, length):
        """Creates the object unless it exists already. `body` opens the bytes anew for each try."""

        def attempt():
            with body() as stream:
                headers = {"content-length": str(length), "if-none-match": "*"}
                connection, response = self.request("PUT", key, sha256, headers, stream)
                with contextlib.closing(connection):
                    return response.status, response.read()

        self.tried("write " + key, attempt)

    def put(self, file):
        """Stores a file under its digest; returns the reference."""
        digest = hashlib.sha256()
        with open(file, "rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
        ref = {"sha256": digest.hexdigest(), "bytes": os.path.getsize(file)}
        self.create(self.blob(ref), lambda: open(file, "rb"), ref["sha256"], ref["bytes"])
        return ref


class Diverged(Exception):
    pass


class Training:
    def __init__(self, job, folder, arguments):
        self.job = job
        self.device = torch.device(arguments.device)
        if self.device.type == "cuda":
            self.device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
            torch.cuda.set_device(self.device)
        self.autocast = arguments.autocast
        self.rank, self.ranks = dist.get_rank(), dist.get_world_size()
        self.model = AutoModelForCausalLM.from_pretrained(
            folder, torch_dtype=torch.float32, attn_implementation="sdpa", use_cache=False, local_files_only=True
        ).to(self.device)
        if arguments.recompute:
            self.model.gradient_checkpointing_enable({"use_reentrant": False})
        self.model.train()
        self.parameters = dict(self.model.named_parameters())
        adamw = job["adamW"]
        self.optimizer = torch.optim.AdamW(
            self.parameters.values(),
            betas=(adamw["beta1"], adamw["beta2"]),
            eps=adamw["epsilon"],
            weight_decay=adamw["weightDecay"],
            fused=True,
        )

    def read_optimizer(self, file):
        """Reads moments and step by the names of the weights."""
        saved = load_file(file)
        for name, parameter in self.parameters.items():
            if "master." + name in saved:
                # The weights before they were rounded.
                parameter.data.copy_(saved["master." + name])
            self.optimizer.state[parameter] = {
                "step": saved["step"].clone().to(self.device),
                "exp_avg": saved["exp_avg." + name].to(self.device),
                "exp_avg_sq": saved["exp_avg_sq." + name].to(self.device),
            }

    def write_optimizer(self, file):
        state = {name: self.optimizer.state[parameter] for name, parameter in self.parameters.items()}
        tensors = {"step": next(iter(state.values()))["step"].cpu().reshape([])}
        for name, moments in state.items():
            tensors["exp_avg." + name] = moments["exp_avg"].cpu()
            tensors["exp_avg_sq." + name] = moments["exp_avg_sq"].cpu()
        save_file(tensors, file)

    def micro_batches(self, batch):
        """This process's part of a batch: sequences of similar length, padded on the right, within the limit of tokens."""
        dealt = sorted(range(len(batch)), key=lambda i: (len(batch[i]["tokens"]), i))[self.rank :: self.ranks]
        some = []
        for i in dealt:
            if some and (len(some) + 1) * len(batch[i]["tokens"]) > self.job["microBatchTokens"]:
                yield some
                some = []
            some.append(i)
        if some:
            yield some

    def log_probs(self, batch, members):
        """Log-probabilities (M) of the trained tokens and, without a gradient, their distributions' entropies (M)."""
        T = max(len(batch[i]["tokens"]) for i in members)
        ids = torch.zeros(len(members), T, dtype=torch.long)
        rows = []
        targets = []
        for row, i in enumerate(members):
            tokens = batch[i]["tokens"]
            ids[row, : len(tokens)] = torch.tensor(tokens)
            for t in range(1, len(tokens)):
                if batch[i]["trained"][t]:
                    rows.append(row * T + t - 1)
                    targets.append(tokens[t])
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.autocast):
            # Padding is behind the real tokens, which attend only to tokens before them.
            hidden = self.model.get_decoder()(input_ids=ids.to(self.device)).last_hidden_state
            hidden = hidden.flatten(0, 1)[torch.tensor(rows, device=self.device)]
            targets = torch.tensor(targets, device=self.device)
            parts = [
                checkpoint(self.head, hidden[i : i + HEAD_ROWS], targets[i : i + HEAD_ROWS], use_reentrant=False)
                for i in range(0, len(targets), HEAD_ROWS)
            ]
        return torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])

    def head(self, hidden, targets):
        logits = self.model.get_output_embeddings()(hidden).float() / self.job["loss"]["temperature"]
        every = torch.log_softmax(logits, -1)
        with torch.no_grad():
            entropy = -(every.exp() * every).sum(-1)
        return every.gather(1, targets.unsqueeze(1)).squeeze(1), entropy

    def old_log_probs(self, batches):
        """Log-probabilities of each update's sequences before the first update, by their place in the batch."""
        every = []
        with torch.no_grad():
            for n, batch in enumerate(batches):
                every.append({})
                for members in self.micro_batches(batch):
                    self.progress("log-probabilities before update %d of %d" % (n + 1, len(batches)))
                    every[-1][tuple(members)] = self.log_probs(batch, members)[0]
        return every

    def progress(self, words):
        if self.rank == 0:
            say(words)

    def per_token(self, batch, members, values):
        """(M): for each trained token the number of its sequence, or its own number from a list."""
        every = []
        for i in members:
            value = values(batch[i])
            for t in range(1, len(batch[i]["tokens"])):
                if batch[i]["trained"][t]:
                    every.append(value[t] if isinstance(value, list) else value)
        return torch.tensor(every, dtype=torch.float32, device=self.device)

    def update(self, batch, old_log_probs, rate, words):
        """Takes a gradient update and returns its report. Without old log-probabilities, those of this pass serve as old ones."""
        loss = self.job["loss"]
        sums = torch.zeros(6, dtype=torch.float64, device=self.device)
        for members in self.micro_batches(batch):
            self.progress(words)
            sampler = self.per_token(batch, members, lambda one: one["samplerLogProbs"])
            advantage = self.per_token(batch, members, lambda one: one["advantage"])
            share = self.per_token(batch, members, lambda one: one["weight"] / loss["divisor"])
            new, entropy = self.log_probs(batch, members)
            old = new.detach() if old_log_probs is None else old_log_probs[tuple(members)]
            ratio = torch.exp(new - old)
            within = ratio.clamp(1 - loss["clip"], 1 + loss["clip"])
            surrogate = torch.maximum(-advantage * ratio, -advantage * within)
            importance = torch.exp(old - sampler)
            part = (surrogate * importance.clamp_max(loss["truncation"]) * share).sum()
            part.backward()
            with torch.no_grad():
                clipped = (-advantage * within > -advantage * ratio).sum()
                truncated = (importance > loss["truncation"]).sum()
                added = [part, clipped, truncated, entropy.sum(), (old - sampler).abs().sum()]
                sums += torch.stack([x.double() for x in added] + [sums.new_tensor(len(new))])
        for parameter in self.parameters.values():
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            dist.all_reduce(parameter.grad)
        dist.all_reduce(sums)
        norm = torch.nn.utils.clip_grad_norm_(
            self.parameters.values(), self.job["adamW"]["maxGradientNorm"], foreach=True
        ).item()
        total, clipped, truncated, entropy, distance, count = sums.tolist()
        if not math.isfinite(norm):
            raise Diverged("the gradient's norm is %s at %s" % (norm, words))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        count = max(1, count)
        return {
            "loss": total,
            "gradientNorm": norm,
            "clipShare": clipped / count,
            "truncatedShare": truncated / count,
            "entropy": entropy / count,
            "samplerLearnerDifference": distance / count,
            "tokens": int(count),
        }

    def save(self, parent, folder):
        """Writes the weights to files with the parent's names and tensors; returns their paths by name."""
        values = self.model.state_dict()
        files = {}
        for name in sorted(os.listdir(parent)):
            path = os.path.join(parent, name)
            if name.endswith(".safetensors"):
                tensors = {tensor: values[tensor].cpu().contiguous() for tensor in load_file(path)}
                files[name] = os.path.join(folder, "new-" + name)
                save_file(tensors, files[name], metadata={"format": "pt"})
            elif name.endswith(".safetensors.index.json"):
                files[name] = path
        return files


def train(store, job, digest, folder, arguments):
    parent = os.path.join(folder, "parent")
    os.mkdir(parent)
    if dist.get_rank() == 0:
        say("reading the parent checkpoint")
    for name, ref in job["model"].items():
        store.fetch(ref, os.path.join(parent, os.path.basename(name)))
    batch = os.path.join(folder, "batch.jsonl.gz")
    store.fetch(job["batch"], batch)
    batches = [[] for _ in job["learningRates"]]
    with gzip.open(batch, "rt", encoding="utf-8") as lines:
        for line in lines:
            one = json.loads(line)
            batches[one["update"]].append(one)
    training = Training(job, parent, arguments)
    if job["optimizer"]:
        file = os.path.join(folder, "optimizer.safetensors")
        store.fetch(job["optimizer"], file)
        training.read_optimizer(file)
    result = {"format": FORMAT, "job": digest}
    try:
        old = training.old_log_probs(batches) if len(batches) > 1 else [None]
        result["reports"] = [
            training.update(batch, old[n], job["learningRates"][n], "update %d of %d" % (n + 1, len(batches)))
            for n, batch in enumerate(batches)
        ]
    except Diverged as e:
        result["diverged"] = str(e)
    if dist.get_rank() == 0:
        if "diverged" not in result:
            say("writing the checkpoint")
            files = training.save(parent, folder)
            moments = os.path.join(folder, "new-optimizer.safetensors")
            training.write_optimizer(moments)
            result["files"] = {name: store.put(file) for name, file in files.items()}
            result["optimizer"] = store.put(moments)
        content = json.dumps(result).encode()
        say("writing the result")
        store.create(job["result"], lambda: io.BytesIO(content), sha256_of(content), len(content))
    dist.barrier()


def sha256_of(content):
    return hashlib.sha256(content).hexdigest()


def main(arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--autocast", action="store_true", help="compute in bfloat16")
    parser.add_argument("--recompute", action="store_true", help="keep no activations inside the layers")
    parser.add_argument("job", help="s3://BUCKET/KEY")
    arguments = parser.parse_args(arguments)
    end_with_the_worker()
    address = urllib.parse.urlsplit(arguments.job)
    store = Store(address.netloc)
    content = store.get(address.path.lstrip("/"))
    job = json.loads(content)
    if job["format"] != FORMAT:
        raise SystemExit("the job has format %s; this script knows %s" % (job["format"], FORMAT))
    store.blobs = job["blobs"]
    dist.init_process_group("nccl" if arguments.device == "cuda" else "gloo", timeout=PATIENCE)
    with tempfile.TemporaryDirectory() as folder:
        train(store, job, sha256_of(content), folder, arguments)
    dist.destroy_process_group()


try:
    main(sys.argv[1:])
except (Exception, SystemExit) as e:
    # torchrun itself reports which process ended, but not why.
    say("failed at %s: %s: %s" % (said, type(e).__name__, " ".join(str(e).split())[:300]))
    raise
