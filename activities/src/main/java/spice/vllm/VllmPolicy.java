package spice.vllm;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import spice.model.Completion;
import spice.model.Policy;
import spice.model.PromptGroup;
import spice.model.Pulse;
import spice.model.Sampling;
import spice.model.TextCodec;
import spice.workflows.Failure;

/// A checkpoint that a vLLM server samples.
///
/// Tokens go in and come out as numbers, so that what is trained is what was sampled. Each completion is a request
/// of its own with its own seed: it depends on nothing else that the server is asked, up to rounding. That bound is
/// vLLM's: its kernels round differently in batches of different sizes, and at a near tie another token may be
/// drawn then. So the same call gives the same tokens nearly always, not bit for bit as [Policy#sample] does
/// otherwise.
///
/// @param requests lets only so many through at once
record VllmPolicy(FetchedCheckpoint checkpoint, VllmServer server, Semaphore requests, Pulse pulse) implements Policy {

    @Override
    public TextCodec codec() {
        return checkpoint.codec();
    }

    @Override
    public Policy watchedBy(Pulse watcher) {
        return new VllmPolicy(checkpoint, server, requests, watcher);
    }

    @Override
    public List<List<Completion>> sample(List<PromptGroup> groups, Sampling sampling) {
        if (groups.isEmpty()) {
            return List.of();
        }
        groups.forEach(group -> checkpoint.config().checkRoom(group.prompt(), sampling.maxNewTokens()));
        try {
            return server.serving(checkpoint, pulse, model -> sampled(model, groups, sampling));
        } catch (VllmUnusable e) {
            throw Failure.VLLM_UNUSABLE.because(e);
        }
    }

    private List<List<Completion>> sampled(String model, List<PromptGroup> groups, Sampling sampling) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ExecutorCompletionService<Completion> answers = new ExecutorCompletionService<>(threads);
            List<List<Future<Completion>>> all = new ArrayList<>();
            int asked = 0;
            for (PromptGroup group : groups) {
                List<Future<Completion>> ofGroup = new ArrayList<>();
                for (long seed : group.seeds()) {
                    Draw draw =
                            new Draw(group.prompt(), seed, checkpoint.config().vocabularySize(), codec().stopTokens());
                    ofGroup.add(answers.submit(() -> drawn(model, draw, sampling)));
                    asked++;
                }
                all.add(ofGroup);
            }
            try {
                await(answers, asked);
            } catch (RuntimeException e) {
                threads.shutdownNow();
                throw e;
            }
            return all.stream()
                    .map(ofGroup -> ofGroup.stream().map(Future::resultNow).toList())
                    .toList();
        }
    }

    private Completion drawn(String model, Draw draw, Sampling sampling) throws InterruptedException {
        requests.acquire();
        try {
            return server.client().complete(model, draw, sampling);
        } finally {
            requests.release();
        }
    }

    /// Ends at the first failure. Each request has its deadline, so the pulse need not be kept for the server's
    /// answers:
    /// it beats while they are waited for.
    private void await(ExecutorCompletionService<Completion> answers, int asked) {
        try {
            for (int left = asked; left > 0; ) {
                pulse.beat();
                Future<Completion> answer = answers.poll(1, TimeUnit.SECONDS);
                if (answer != null) {
                    answer.get();
                    left--;
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while vLLM sampled");
        }
    }

    /// The checkpoint and the server are closed by whoever opened them.
    @Override
    public void close() {}
}
