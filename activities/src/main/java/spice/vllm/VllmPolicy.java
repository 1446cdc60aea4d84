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
import spice.runs.Failure;

/// A policy that a vLLM server samples.
///
/// Tokens go in and come out as numbers, so that exactly the sampled tokens are trained. Each completion is a
/// request of its own with its own seed, so up to rounding it depends on no other request. The limit is vLLM's: its
/// kernels round differently in batches of different sizes, and at a near tie this may draw another token. So a
/// repeated call gives the same tokens nearly always, but not bit for bit as [Policy#sample] otherwise promises.
///
/// @param requests a permit for each request that may be under way
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
                    CompletionRequest request = new CompletionRequest(
                            group.prompt(), seed, checkpoint.config().vocabularySize(), codec().stopTokens());
                    ofGroup.add(answers.submit(() -> drawn(model, request, sampling)));
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

    private Completion drawn(String model, CompletionRequest request, Sampling sampling) throws InterruptedException {
        requests.acquire();
        try {
            return server.client().complete(model, request, sampling);
        } finally {
            requests.release();
        }
    }

    /// Waits for all answers, or for the first failure. The pulse beats meanwhile whether or not the server
    /// answers, since each request has its own deadline.
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

    /// Does nothing: whoever opened the checkpoint and the server closes them.
    @Override
    public void close() {}
}
