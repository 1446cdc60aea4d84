package spice.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import spice.model.Completion;
import spice.model.Devices;
import spice.model.Dtype;
import spice.model.LanguageModel;
import spice.model.PromptGroup;
import spice.model.Sampling;
import spice.policies.LoadedPolicies;

/// Sampling as a worker does it: several shards at once, each on its own thread.
final class OurSampling implements OurSide.Workload {
    private final Job job;
    private final LanguageModel model;
    private final ExecutorService samplers;
    private final List<List<PromptGroup>> shards;

    OurSampling(Job job) {
        this.job = job;
        model = LanguageModel.open(
                Path.of(job.folder()), Dtype.FLOAT32, LoadedPolicies.THREADS_PER_SHARD, Devices.parse(job.device()));
        samplers = Executors.newFixedThreadPool(
                job.threads(), Thread.ofPlatform().name("sampler-", 0).daemon().factory());
        int groups = job.prompts().length / job.threads();
        shards = IntStream.range(0, job.threads())
                .mapToObj(shard -> IntStream.range(shard * groups, (shard + 1) * groups)
                        .mapToObj(this::group)
                        .toList())
                .toList();
    }

    private PromptGroup group(int number) {
        long first = (long) number * job.completions();
        return new PromptGroup(
                job.prompts()[number],
                LongStream.range(first, first + job.completions()).toArray());
    }

    @Override
    public OurSide.Done run(Order order) {
        List<Completion> drawn = List.of();
        long tokens = 0;
        for (int i = 0; i < job.repeats(); i++) {
            drawn = sample();
            tokens += drawn.stream()
                    .mapToLong(completion -> completion.tokens().length)
                    .sum();
        }
        return new OurSide.Done(tokens, order.show() ? shown(drawn) : SideAnswer.Computed.NONE);
    }

    private List<Completion> sample() {
        Sampling sampling = new Sampling(job.loss().temperature(), job.newTokens());
        List<CompletableFuture<List<List<Completion>>>> running = shards.stream()
                .map(shard -> CompletableFuture.supplyAsync(() -> model.sample(shard, sampling), samplers))
                .toList();
        List<Completion> all = new ArrayList<>();
        running.forEach(shard -> shard.join().forEach(all::addAll));
        return all;
    }

    private SideAnswer.Computed shown(List<Completion> drawn) {
        int[][] tokens = drawn.stream()
                .map(completion -> Arrays.copyOf(completion.tokens(), job.newTokens()))
                .toArray(int[][]::new);
        double[][] logProbs = drawn.stream()
                .map(completion -> IntStream.range(0, job.newTokens())
                        .mapToDouble(i ->
                                i < completion.logProbs().length ? completion.logProbs()[i] : 0)
                        .toArray())
                .toArray(double[][]::new);
        return new SideAnswer.Computed(0, 0, 0, tokens, logProbs);
    }

    @Override
    public void close() {
        samplers.close();
        model.close();
    }
}
